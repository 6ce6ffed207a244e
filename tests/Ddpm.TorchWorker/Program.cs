using Ddpm.Core;
using TorchSharp;

// Started several times at once by TorchRuntimeTests.
TorchRuntime.EnsureLoaded();
Console.WriteLine(Sum());

// torch in a method of its own: it must not be touched before EnsureLoaded has run.
static float Sum() => torch.ones(2).sum().item<float>();
