import { describe, expect, it } from 'vitest';
import type { Provider, ProviderTrial } from '../../src/domain/networks';
import { providerDetails, providerText } from '../../src/summaries/provider-text';

const used = (provider: Provider, reason = 'works everywhere'): ProviderTrial => ({
  provider,
  used: true,
  reason,
});
const passedOver = (provider: Provider, reason: string): ProviderTrial => ({
  provider,
  used: false,
  reason,
});

const NO_CUDA = passedOver(
  'cuda',
  "its library libonnxruntime_providers_cuda.so is not installed in /home/me/bin: see 'Install CUDA Support'",
);
const NO_ADAPTER = passedOver(
  'webgpu',
  "cannot load the model '/home/me/face-attributes.f16.onnx' on webgpu: /onnxruntime_src/webgpu_context.cc:100 " +
    'onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> ' +
    'adapter_result.status == wgpu::RequestAdapterStatus::Success was false.\nFailed to get a WebGPU adapter: No supported adapters',
);
const SLOWER = passedOver(
  'webgpu',
  'it is slower than the CPU: 0.4 faces a second, 1 at a time, where the CPU does 310',
);

describe('the short text of the execution provider', () => {
  it.each([
    ['cuda', 'CUDA (GPU)'],
    ['dml', 'DirectML (GPU)'],
    ['webgpu', 'WebGPU (GPU)'],
    ['coreml', 'Core ML (Apple GPU or Neural Engine)'],
  ] as const)('is the name and the kind of device for %s', (provider, text) => {
    expect(providerText(provider, [NO_CUDA, used(provider)])).toBe(text);
  });

  it.each([
    ['no GPU found', [NO_CUDA, NO_ADAPTER]],
    ['no GPU found', [passedOver('dml', 'this build of ONNX Runtime (linux-x64) does not have it')]],
    ['no faster GPU found', [NO_CUDA, SLOWER]],
    ['GPU results differ', [passedOver('cuda', "its output on a test batch differs from the CPU's by up to 0.900 (mean 0.100)"), SLOWER]],
    ['GPU results differ', [NO_CUDA, passedOver('webgpu', 'its output on a test batch is not a number between 0 and 1')]],
    ['GPU cannot be used', [NO_CUDA, passedOver('webgpu', 'it did not finish a test batch within 30 s')]],
    ['GPU failed during the run', [passedOver('cuda', 'it failed: the device was lost'), SLOWER]],
  ])('gives the reason for the CPU: %s', (reason, trials) => {
    expect(providerText('cpu', [...trials, used('cpu')])).toBe(`CPU (${reason})`);
  }); // prettier-ignore

  it('says so where the CPU was chosen in the settings', () => {
    const trials = [used('cpu', 'chosen in the settings')];
    expect(providerText('cpu', trials)).toBe('CPU (chosen in the settings)');
  });

  it('is the name alone where a run has no trials', () => {
    expect(providerText('cpu')).toBe('CPU');
    expect(providerText('cpu', [])).toBe('CPU');
  });

  it('keeps the name of an unknown provider', () => {
    expect(providerText('rocm', [])).toBe('rocm (GPU)');
  });
});

describe('the details of the execution providers', () => {
  it('are one line for each trial, with its whole reason', () => {
    const lines = providerDetails([NO_CUDA, NO_ADAPTER, used('cpu')]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(`CUDA passed over: ${NO_CUDA.reason}`);
    expect(lines[1]).toContain('was false. Failed to get a WebGPU adapter');
    expect(lines[2]).toBe('CPU used: works everywhere');
  });

  it('are empty without trials', () => {
    expect(providerDetails([])).toEqual([]);
  });
});

it('takes a provider of a damaged run as it is named', () => {
  expect(providerText('constructor')).toBe('constructor (GPU)');
});
