/**
 * Signals of vLLM. Data only. Texts: vLLM `vllm/v1/core/kv_cache_utils.py`, `vllm/v1/worker`, `vllm/config`,
 * `vllm/v1/engine/core_client.py`.
 */
import type { Signal } from '../signal.ts';

export const vllmSignals: readonly Signal[] = [
  {
    id: 'vllm-no-cache-memory',
    component: 'vllm',
    literals: ['no available memory for the cache blocks'],
    regex: /No available memory for the cache blocks\. Try increasing `?gpu_memory_utilization`?/,
    sample:
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    meaning: 'weights and activations use all the GPU memory that vLLM may take',
    fix: 'Lower --max-model-len, quantise the model, raise --gpu-memory-utilization, or use a larger GPU.',
    severity: 'fatal',
  },
  {
    id: 'vllm-context-too-long',
    component: 'vllm',
    literals: ['max seq len', 'kv cache is needed'],
    regex:
      /To serve at least one request with the models?'s max seq len \((?<length>\d+)\), \(?(?<needed>[\d.]+) GiB KV cache is needed|The model's max seq len \(\d+\) is larger than the maximum number of tokens that can be stored in KV cache \((?<available>\d+)\)/,
    sample:
      "ValueError: To serve at least one request with the models's max seq len (393216), 60.00 GiB KV cache is needed, which is larger than the available KV cache memory (56.13 GiB). Based on the available memory, the estimated maximum model length is 367824.",
    meaning: 'the longest request that the settings allow does not fit in the key-value cache',
    fix: 'Set --max-model-len to at most the estimated length in the message.',
    severity: 'fatal',
  },
  {
    id: 'vllm-gpu-shared',
    component: 'vllm',
    literals: ['free memory on device'],
    regex:
      /Free memory on device(?: \w+:\d+)? \((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\) on startup is less than desired GPU memory\s+utilization/,
    sample:
      'ValueError: Free memory on device cuda:0 (12.18/23.56 GiB) on startup is less than desired GPU memory utilization (0.92, 21.67 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    meaning: 'another process, such as the former pod of a rolling update, holds memory of the GPU',
    fix: 'Use the Recreate strategy, or lower --gpu-memory-utilization.',
    severity: 'fatal',
  },
  {
    id: 'vllm-bfloat16-unsupported',
    component: 'vllm',
    literals: ['bfloat16 is only supported'],
    regex: /Bfloat16 is only supported on GPUs with compute capability of at least 8\.0/,
    sample:
      'ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5.',
    meaning: 'the GPU is too old for bfloat16',
    fix: 'Set --dtype=half.',
    severity: 'fatal',
  },
  {
    id: 'vllm-architecture-unsupported',
    component: 'vllm',
    literals: ['model architectures [', 'has no vllm implementation'],
    regex:
      /Model architectures \[(?<architectures>[^\]]{1,200})\] (?:are not supported for now|failed to be inspected)|(?<architecture>\w{1,100}) has no vLLM implementation/,
    sample: "ValueError: Model architectures ['FooForCausalLM'] are not supported for now.",
    meaning: 'this vLLM does not know the architecture of the model',
    fix: 'Use a newer image of vLLM.',
    severity: 'fatal',
  },
  {
    id: 'vllm-max-model-len',
    component: 'vllm',
    literals: ['user-specified max_model_len'],
    regex: /User-specified max_model_len \((?<length>\d+)\) is greater than the derived max_model_len/,
    sample: 'ValueError: User-specified max_model_len (200000) is greater than the derived max_model_len',
    meaning: '--max-model-len is more than the model was made for',
    fix: 'Lower --max-model-len.',
    severity: 'fatal',
  },
  {
    id: 'vllm-tensor-parallel-size',
    component: 'vllm',
    literals: ['total number of attention heads'],
    regex:
      /Total number of attention heads \((?<heads>\d+)\) must be divisible by tensor parallel size \((?<size>\d+)\)/,
    sample: 'ValueError: Total number of attention heads (14) must be divisible by tensor parallel size (4).',
    meaning: 'the attention heads cannot be divided among that many GPUs',
    fix: 'Choose a --tensor-parallel-size that divides the number of heads.',
    severity: 'fatal',
  },
  {
    id: 'vllm-engine-failed',
    component: 'vllm',
    literals: ['engine core initialization failed'],
    regex: /Engine core initialization failed\. See root cause above\./,
    sample: 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}',
    meaning: 'the engine process ended with the exception printed above',
    fix: 'Mend the first exception printed above this line.',
    severity: 'fatal',
  },
];
