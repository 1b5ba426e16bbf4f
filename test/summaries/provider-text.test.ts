import { describe, expect, it } from 'vitest';
import type { Provider, ProviderTrial, Rejection } from '../../src/domain/networks';
import {
  passedOver as passedOverTexts,
  providerDetails,
  providerText,
} from '../../src/summaries/provider-text';

const used = (provider: Provider, reason = 'works everywhere'): ProviderTrial => ({
  provider,
  used: true,
  reason,
});
const passedOver = (
  provider: Provider,
  rejection: Rejection,
  reason = 'as it is',
): ProviderTrial => ({ provider, used: false, rejection, reason });

const NO_CUDA = passedOver(
  'cuda',
  'absent',
  "its library libonnxruntime_providers_cuda.so is not installed in /home/me/bin: see 'Install CUDA Support'",
);
const NO_ADAPTER = passedOver(
  'webgpu',
  'absent',
  "cannot load the model '/home/me/face-attributes.f16.onnx' on webgpu: /onnxruntime_src/webgpu_context.cc:100 " +
    'onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> ' +
    'adapter_result.status == wgpu::RequestAdapterStatus::Success was false.\nFailed to get a WebGPU adapter: No supported adapters',
);
const SLOWER = passedOver(
  'webgpu',
  'slower',
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
    ['no GPU found', [passedOver('dml', 'absent')]],
    ['no faster GPU found', [NO_CUDA, SLOWER]],
    ['GPU results differ', [passedOver('cuda', 'differs'), SLOWER]],
    ['GPU cannot be used', [NO_CUDA, passedOver('webgpu', 'unusable')]],
    ['GPU failed during the run', [passedOver('cuda', 'failed'), SLOWER]],
  ])('gives the reason for the CPU: %s', (reason, trials) => {
    expect(providerText('cpu', [...trials, used('cpu')])).toBe(`CPU (${reason})`);
  });

  it('says so where the CPU was chosen in the settings', () => {
    const trials = [used('cpu', 'chosen in the settings')];
    expect(providerText('cpu', trials)).toBe('CPU (chosen in the settings)');
  });

  it('is the name alone where a run has no trials', () => {
    expect(providerText('cpu')).toBe('CPU');
    expect(providerText('cpu', [])).toBe('CPU');
  });

  it('is the name alone in runs of versions that did not record rejections', () => {
    const { rejection: _, ...older } = NO_CUDA;
    expect(providerText('cpu', [older, used('cpu')])).toBe('CPU');
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

describe('why providers were passed over', () => {
  it('is said without places in the source of a library', () => {
    const failed = passedOver(
      'cuda',
      'unusable',
      '/onnxruntime_src/provider_bridge_ort.cc:1744 onnxruntime::Provider& Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library',
    );
    expect(passedOverTexts([NO_ADAPTER, SLOWER, failed, used('cpu')])).toEqual([
      'WebGPU: no device was found',
      `WebGPU: ${SLOWER.reason}`,
      'CUDA: Failed to load library',
    ]);
  });
});
