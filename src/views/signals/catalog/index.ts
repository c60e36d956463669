/** Every known signal, in one list. Data only; match.ts searches a text for them. */
import type { Signal } from '../signal.ts';
import { azuremlTrainingSignals } from './azureml-training.ts';
import { azuremlSignals } from './azureml.ts';
import { backgroundSignals } from './background.ts';
import { containerStartSignals } from './container-start.ts';
import { dataServicesSignals } from './data-services.ts';
import { downloadSignals } from './downloads.ts';
import { environmentSignals } from './environment.ts';
import { huggingFaceSignals } from './hugging-face.ts';
import { kserveServerSignals } from './kserve-servers.ts';
import { memorySignals } from './memory.ts';
import { modelFileSignals } from './model-files.ts';
import { networkSignals } from './network.ts';
import { numpySklearnSignals } from './numpy-sklearn.ts';
import { osSignals } from './os.ts';
import { processSignals } from './processes.ts';
import { pydanticProtobufSignals } from './pydantic-protobuf.ts';
import { pythonImportSignals } from './python-import.ts';
import { serverSignals } from './servers.ts';
import { thirdPartyServerSignals } from './third-party-servers.ts';
import { torchCudaSignals } from './torch-cuda.ts';
import { vllmSignals } from './vllm.ts';

export const signals: readonly Signal[] = [
  ...pythonImportSignals,
  ...backgroundSignals,
  ...osSignals,
  ...processSignals,
  ...memorySignals,
  ...networkSignals,
  ...downloadSignals,
  ...serverSignals,
  ...environmentSignals,
  ...modelFileSignals,
  ...containerStartSignals,
  ...torchCudaSignals,
  ...numpySklearnSignals,
  ...pydanticProtobufSignals,
  ...huggingFaceSignals,
  ...vllmSignals,
  ...kserveServerSignals,
  ...thirdPartyServerSignals,
  ...dataServicesSignals,
  ...azuremlSignals,
  ...azuremlTrainingSignals,
];
