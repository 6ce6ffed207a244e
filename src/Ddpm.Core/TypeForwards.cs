using System.Runtime.CompilerServices;
using Ddpm.Core;

// Types that live in packages below this one keep their namespace, and programs built against earlier versions find them here.
[assembly: TypeForwardedTo(typeof(TorchRuntime))]
[assembly: TypeForwardedTo(typeof(TorchRuntimeException))]
