using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary><c>--device</c>: cpu, or a CUDA device that can be used here. The samples compile this file too.</summary>
internal static class DeviceOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="loadTorch">Loads libtorch, which knows the GPUs, for what it is told; null where it is loaded.</param>
    public static Option<string> Create(Action<string>? loadTorch = null)
    {
        var option = new Option<string>("--device")
        {
            Description = "Where networks compute: cpu, cuda or cuda:N",
            HelpName = "name",
            DefaultValueFactory = _ => "cpu",
        };
        option.CompletionSources.Add("cpu", "cuda");
        option.Validators.Add(result =>
        {
            string name = result.GetValue(option) ?? "", number = name.StartsWith("cuda:", StringComparison.Ordinal) ? name[5..] : "";
            bool cuda = name == "cuda" || int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _);
            if (cuda) loadTorch?.Invoke($"--device {name}");
            if (name != "cpu" && !cuda) result.AddError($"--device must be cpu, cuda or cuda:N, but is {name}.");
            else if (cuda && !IsCudaAvailable()) result.AddError($"--device is {name}, but no CUDA device can be used here.");
        });
        return option;
    }

    // Apart, so that help and the CPU need no libtorch.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsCudaAvailable() => TorchRuntime.IsCudaAvailable();
}
