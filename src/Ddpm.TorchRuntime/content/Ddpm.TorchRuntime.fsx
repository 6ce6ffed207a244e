// F# Interactive runs this when a script references the package: TorchSharp finds its native library from the script's first line on.
Ddpm.Core.TorchRuntime.Prepare()
