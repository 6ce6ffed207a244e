using System.Runtime.CompilerServices;
using Ddpm.Models;

// Types that need no tensor library live in Ddpm.Inference under the same names; their members are listed there.
#pragma warning disable RS0016
[assembly: TypeForwardedTo(typeof(MlpOptions))]
[assembly: TypeForwardedTo(typeof(UNetOptions))]
