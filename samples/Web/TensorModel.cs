using Ddpm.Inference;
using Ddpm.Models;
using TorchSharp;

namespace Ddpm.Web;

/// <summary>A model folder whose network libtorch computes.</summary>
internal static class TensorModel
{
    /// <summary>Reads a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the network goes.</param>
    public static InferenceModel Load(string folder, string device)
    {
        TrainedModel model = ModelFolder.Load(folder);
        try
        {
            var place = new torch.Device(device);
            model.Network.to(place);
            UNetOptions options = model.Network.Options;
            return new InferenceModel(
                new TensorNetwork(model.Network, options.InChannels, options.OutChannels, place, model),
                ModelDescription.Read(folder).Process!,
                [options.InChannels, options.Height, options.Width]);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
