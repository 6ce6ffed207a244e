using Ddpm.Core;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Web.Tests;

/// <summary>A tiny network whose every call needs a permit, so that a test decides how far a run gets.</summary>
internal sealed class GatedModel : IConditionalEpsilonModel, IDisposable
{
    private readonly UNet network;
    private readonly SemaphoreSlim permits = new(0);
    private volatile bool open;

    public GatedModel(int? classes = null) => network = TinyNetwork.Create(classes);

    public int Calls { get; private set; }

    /// <summary>The live tensors of the calling thread at each call.</summary>
    public List<long> LiveTensors { get; } = [];

    /// <summary>What is put out in place of the network's answer.</summary>
    public Func<Tensor, Tensor>? Instead { get; set; }

    public int ClassCount => network.ClassCount;

    public UNet Network => network;

    public void Permit(int calls) => permits.Release(calls);

    public void Open() => (open, _) = (true, permits.Release(10_000));

    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
    {
        if (!open && !permits.Wait(TimeSpan.FromMinutes(2))) throw new InvalidOperationException("The test forgot the run.");
        Calls++;
        LiveTensors.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        return Instead is { } instead ? instead(xt) : network.Predict(xt, t, labels);
    }

    public void Dispose()
    {
        network.Dispose();
        permits.Dispose();
    }
}
