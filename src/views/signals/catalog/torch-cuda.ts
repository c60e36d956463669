/**
 * Signals of GPUs and of PyTorch and TensorFlow on them. Data only. Texts: PyTorch `c10/cuda`, `torch/serialization.py`,
 * CUDA runtime `cudaGetErrorString`, libnvidia-container, NVML, NCCL, TensorFlow `cpu_feature_guard.cc`.
 */
import type { Signal } from '../signal.ts';

export const torchCudaSignals: readonly Signal[] = [
  {
    id: 'cuda-out-of-memory',
    component: 'torch',
    literals: [
      'cuda out of memory',
      'hip out of memory',
      'cuda error: out of memory',
      'cuda_error_out_of_memory',
      'cublas_status_alloc_failed',
      'cudamalloc failed',
      'when allocating tensor',
    ],
    regex:
      /(?:CUDA|HIP) (?:error: )?out of memory(?:\. Tried to allocate (?<size>[\d.]+ [KMG]iB))?|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|cudaMalloc failed: out of memory|OOM when allocating tensor.{0,300}\bGPU/i,
    sample:
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 48.00 MiB. GPU 0 has a total capacity of 23.54 GiB of which 117.62 MiB is free.',
    meaning: 'the memory of the GPU is exhausted',
    fix: 'Use a smaller batch, model or data type, or a GPU with more memory.',
    severity: 'fatal',
  },
  {
    id: 'cuda-unavailable',
    component: 'torch',
    literals: [
      'no cuda gpus are available',
      'no cuda-capable device',
      'invalid device ordinal',
      'found no nvidia driver',
      'failed to infer device type',
      'torch.cuda.is_available() is false',
      'cuda_error_no_device',
      'could not find cuda drivers',
      'nvml shared library not found',
      "couldn't find libcuda",
    ],
    regex:
      /No CUDA GPUs are available|no CUDA-capable device is detected|CUDA error: invalid device ordinal|Found no NVIDIA driver on your system|Failed to infer device type|torch\.cuda\.is_available\(\) is False|CUDA_ERROR_NO_DEVICE|Could not find cuda drivers|NVML Shared Library Not Found|couldn't find libcuda/i,
    sample: 'RuntimeError: No CUDA GPUs are available',
    meaning: 'the container sees no GPU, or fewer than the program uses',
    fix: 'Request nvidia.com/gpu in the limits of the container and use the NVIDIA runtime class.',
    severity: 'fatal',
  },
  {
    id: 'cuda-no-kernel-image',
    component: 'torch',
    literals: ['no kernel image is available'],
    regex: /no kernel image is available for execution on the device/,
    sample: 'RuntimeError: CUDA error: no kernel image is available for execution on the device',
    meaning: 'the installed build has no code for the compute capability of this GPU',
    fix: 'Install the build of the package made for this GPU, or use another GPU.',
    severity: 'fatal',
  },
  {
    id: 'cuda-driver-too-old',
    component: 'torch',
    literals: ['is too old (found version', 'driver version is insufficient', 'unsatisfied condition: cuda'],
    regex:
      /The NVIDIA driver on your system is too old \(found version (?<driver>\d+)\)|CUDA driver version is insufficient for CUDA runtime version|unsatisfied condition: cuda>=(?<needed>[\d.]+)/,
    sample: 'RuntimeError: The NVIDIA driver on your system is too old (found version 12080).',
    meaning: 'the image needs a newer CUDA than the driver of the node has',
    fix: 'Use an image of an older CUDA, or update the driver of the node.',
    severity: 'fatal',
  },
  {
    id: 'torch-without-cuda',
    component: 'torch',
    literals: ['torch not compiled with cuda'],
    regex: /Torch not compiled with CUDA enabled/,
    sample: 'AssertionError: Torch not compiled with CUDA enabled',
    meaning: 'the CPU build of PyTorch is installed where the code asks for a GPU',
    fix: 'Install the CUDA build of PyTorch, or run the model on the CPU.',
    severity: 'fatal',
  },
  {
    id: 'torch-weights-only',
    component: 'torch',
    versions: '>=2.6',
    literals: ['weights only load failed'],
    regex: /Weights only load failed\./,
    sample:
      '_pickle.UnpicklingError: Weights only load failed. Re-running `torch.load` with `weights_only` set to `False`',
    meaning: 'torch.load reads only plain weights since PyTorch 2.6 and the file holds other objects',
    fix: 'Allow the classes with add_safe_globals, or load a trusted file with weights_only=False.',
    severity: 'fatal',
  },
  {
    id: 'shared-memory-exhausted',
    component: 'torch',
    literals: ['bus error', 'shared memory', '/dev/shm', '/torch_'],
    regex:
      /DataLoader worker \(pid(?:\(s\))? [^)]{1,60}\) is killed by signal: Bus error|(?:shared memory (?:object|segment)|\/dev\/shm|file <\/torch_).{0,200}No space left on device|No space left on device.{0,60}\/dev\/shm/,
    sample:
      "RuntimeError: DataLoader worker (pid 123) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory.",
    meaning: 'the shared memory at /dev/shm is full, 64 MiB by default',
    fix: 'Mount an emptyDir with medium Memory at /dev/shm.',
    severity: 'fatal',
  },
  {
    id: 'nvidia-driver-broken',
    component: 'nvidia',
    literals: ['nvidia-container-cli', 'failed to initialize nvml'],
    regex:
      /nvidia-container-cli: initialization error: (?<detail>.{1,200})|Failed to initialize NVML: (?:Driver\/library version mismatch|Unknown Error)/,
    sample: 'stderr: nvidia-container-cli: initialization error: nvml error: driver/library version mismatch',
    meaning: 'the driver of the node is not loaded, or differs from its library',
    fix: 'Drain and restart the node.',
    severity: 'fatal',
  },
  {
    id: 'nccl-error',
    component: 'nccl',
    literals: ['nccl'],
    regex: /(?:NCCL error|ncclUnhandledCudaError|ncclSystemError|ncclInternalError)/,
    sample: 'RuntimeError: NCCL error in: ...',
    meaning: 'the GPUs cannot talk to each other, over shared memory or the network',
    fix: 'Set NCCL_DEBUG=INFO to see why, and check /dev/shm and NCCL_SOCKET_IFNAME.',
    severity: 'fatal',
  },
];
