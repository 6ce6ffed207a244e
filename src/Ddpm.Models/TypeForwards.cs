using System.Runtime.CompilerServices;
using Ddpm.Models;

// Types that need no tensor library live in Ddpm.Inference under the same names; their members are listed there.
#pragma warning disable RS0016
[assembly: TypeForwardedTo(typeof(ISafetensors))]
[assembly: TypeForwardedTo(typeof(MlpOptions))]
[assembly: TypeForwardedTo(typeof(SafetensorsEntry))]
[assembly: TypeForwardedTo(typeof(SafetensorsException))]
[assembly: TypeForwardedTo(typeof(SafetensorsFile))]
[assembly: TypeForwardedTo(typeof(SafetensorsShards))]
[assembly: TypeForwardedTo(typeof(UNetOptions))]
