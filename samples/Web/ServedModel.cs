using Ddpm.Core;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Web;

/// <summary>The model that the server draws with, loaded once. Owns its network.</summary>
internal sealed class ServedModel : IDisposable
{
    /// <summary>The folder of the model of clothes that comes with the program.</summary>
    public static readonly string Included = Path.Combine(AppContext.BaseDirectory, "models", "fashion-mnist");

    private readonly IDisposable? owned;

    /// <summary>A model of pictures.</summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="process">The process that it was trained for.</param>
    /// <param name="shape">[C, H, W] of a picture.</param>
    /// <param name="name">What the page calls it.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="parameters">The numbers of the network.</param>
    /// <param name="owned">What to dispose at the end.</param>
    public ServedModel(
        IConditionalEpsilonModel network,
        ReverseDiffusion process,
        long[] shape,
        string name,
        Device device,
        long parameters,
        IDisposable? owned)
    {
        (Network, Process, Shape, Name, Device, Parameters, this.owned) = (network, process, shape, name, device, parameters, owned);
        Samplers = [.. KnownSamplers.All.Where(sampler => sampler.Supports(process))];
    }

    public IConditionalEpsilonModel Network { get; }

    public ReverseDiffusion Process { get; }

    public long[] Shape { get; }

    public string Name { get; }

    public Device Device { get; }

    public long Parameters { get; }

    /// <summary>The samplers that the process allows; the first is the page's choice.</summary>
    public IReadOnlyList<SamplerEntry> Samplers { get; }

    public int Timesteps => Process.Coefficients.Timesteps;

    public int Classes => Network.ClassCount;

    /// <summary>The names of the classes; null where they have numbers only.</summary>
    public ClassNames? ClassNames => (Network as DescribedNetwork)?.Description.ClassNames;

    /// <summary>Whether classes can be drawn with guidance.</summary>
    public bool CanGuide => Classes > 0 && Network.HasNullLabel;

    /// <summary>Reads a model folder.</summary>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The folder is damaged, or its model does not make pictures.</exception>
    public static ServedModel Load(string folder, string device)
    {
        TrainedModel model = ModelFolder.Load(folder);
        try
        {
            UNetOptions options = model.Network.Options;
            if (options.IsSignal || options.InChannels is not (1 or 3))
            {
                throw new InvalidDataException(
                    $"{folder}: the model must make pictures of 1 or 3 channels, but makes "
                        + $"{(options.IsSignal ? "signals" : $"{options.InChannels} channels")}.");
            }

            var place = new Device(device);
            model.Network.to(place);
            // The last two folders: "quickstart-out/model" says more than "model".
            string[] parts = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)).Split(Path.DirectorySeparatorChar);
            string name = string.Join('/', parts.TakeLast(parts[^1] == "model" ? 2 : 1));
            return new ServedModel(
                model.Network,
                model.Process,
                [.. model.SampleShape],
                name,
                place,
                model.Network.parameters().Sum(parameter => parameter.numel()),
                model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose() => owned?.Dispose();
}
