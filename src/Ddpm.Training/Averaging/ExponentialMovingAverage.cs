using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Computes a moving average of a network's parameters, θ' ← d θ' + (1-d) θ, with a decay d that an <see cref="AverageProfile"/> gives (Ho
/// et al. 2020, arXiv:2006.11239, appendix B). Samplers use the average: on CIFAR-10 it improves FID from 12 to 3.2.
/// </summary>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly string[] names;
    private readonly Parameter[] parameters;
    private readonly Tensor[] average;
    private bool swapped;

    /// <summary>Creates an average that starts from the present parameters.</summary>
    /// <param name="network">The network; move it to its device first. It is not disposed with the average.</param>
    /// <param name="profile">The profile that sets how fast it forgets. Default: <see cref="AverageProfile.Power"/>.</param>
    public ExponentialMovingAverage(nn.Module network, AverageProfile? profile = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Profile = profile ?? AverageProfile.Power();
        (string name, Parameter parameter)[] named = [.. network.named_parameters()];
        names = [.. named.Select(pair => pair.name)];
        parameters = [.. named.Select(pair => pair.parameter)];
        using var scope = NewDisposeScope();
        average = [.. parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>Gets how fast the average forgets.</summary>
    public AverageProfile Profile { get; }

    /// <summary>Gets the number of updates so far.</summary>
    public long Updates { get; internal set; }

    /// <summary>The averages in the order of the network's parameters; the network's own values while they are swapped in.</summary>
    internal IReadOnlyList<Tensor> Averages => average;

    // Exchanged, the network has the average and this has the network's parameters.
    private IReadOnlyList<Tensor> Values => swapped ? parameters : average;

    /// <summary>Whether the network holds the average at the moment.</summary>
    internal bool IsSwapped => swapped;

    /// <summary>Gets the decay that the next update uses.</summary>
    public double CurrentDecay => Profile.Decay(Updates);

    /// <summary>Adds the network's parameters to the average.</summary>
    /// <exception cref="InvalidOperationException">The network holds the average now, see <see cref="SwapIn"/>.</exception>
    public void Update() => Update(fused: true);

    /// <summary>Puts the average into the network until the result is disposed, which puts the trained parameters back.</summary>
    /// <returns>An object whose disposal undoes the exchange.</returns>
    /// <exception cref="InvalidOperationException">The network holds the average already.</exception>
    public IDisposable SwapIn()
    {
        if (swapped) throw new InvalidOperationException("The network holds the average already.");
        Exchange();
        swapped = true;
        return new Restore(this);
    }

    /// <summary>
    /// Copies the average into another network, which can draw samples while this one goes on training. Neither network nor average
    /// changes, unlike with <see cref="SwapIn"/>. Buffers, which have no average, stay as they are there.
    /// </summary>
    /// <param name="target">A network with parameters of the same names and shapes, on any device and of any type.</param>
    /// <exception cref="ArgumentException">The parameters differ; the message names the first one. Nothing was copied.</exception>
    public void CopyTo(nn.Module target)
    {
        ArgumentNullException.ThrowIfNull(target);
        (string Name, Parameter Parameter)[] targets = [.. target.named_parameters()];
        if (!targets.Select(pair => pair.Name).SequenceEqual(names))
        {
            string[] own = [.. targets.Select(pair => pair.Name)];
            string other = own.Except(names).Concat(names.Except(own)).FirstOrDefault() ?? "their order";
            throw new ArgumentException(
                $"target must have the parameters of the averaged network, but differs in {other}.", nameof(target));
        }

        foreach (((string name, Parameter parameter), Parameter own) in targets.Zip(parameters))
        {
            if (parameter.shape.AsSpan().SequenceEqual(own.shape)) continue;
            throw new ArgumentException(
                $"target's {name} must have the shape {Shape(own)} of the averaged network, but has {Shape(parameter)}.", nameof(target));
        }

        using var noGradient = no_grad();
        for (int i = 0; i < targets.Length; i++) targets[i].Parameter.copy_(Values[i]);

        static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
    }

    /// <summary>Returns the average by the names of the parameters, without changing the network.</summary>
    /// <returns>Copies of the averages, on their device; the caller disposes them.</returns>
    public IReadOnlyDictionary<string, Tensor> Copy() =>
        names.Zip(Values).ToDictionary(pair => pair.First, pair => pair.Second.detach().clone());

    /// <summary>Frees the memory of the average.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in average) tensor.Dispose();
    }

    /// <summary>Takes the network's parameters in, by one fused call or one tensor after the other.</summary>
    internal void Update(bool fused)
    {
        if (swapped)
        {
            throw new InvalidOperationException(
                "The network holds the average now: dispose the result of SwapIn before training continues.");
        }

        using var noGradient = no_grad();
        double weight = 1 - CheckedDecay();
        if (fused) FusedOperations.Interpolate(average, parameters, weight);
        else Interpolate(weight);
        Updates++;
    }

    private double CheckedDecay()
    {
        double decay = CurrentDecay;
        if (decay is >= 0 and < 1) return decay;
        throw new InvalidOperationException($"{Profile.GetType().Name}.Decay({Updates}) must be 0 ≤ d < 1, but is {decay}.");
    }

    private void Interpolate(double weight)
    {
        for (int i = 0; i < average.Length; i++)
        {
            using Tensor difference = parameters[i] - average[i];
            average[i].AddInPlace(difference, weight);
        }
    }

    private void Exchange()
    {
        using var noGradient = no_grad();
        for (int i = 0; i < average.Length; i++)
        {
            using Tensor kept = average[i].clone();
            average[i].copy_(parameters[i]);
            parameters[i].copy_(kept);
        }
    }

    private sealed class Restore(ExponentialMovingAverage owner) : IDisposable
    {
        private ExponentialMovingAverage? owner = owner;

        public void Dispose()
        {
            if (owner is null) return;
            owner.Exchange();
            owner.swapped = false;
            owner = null;
        }
    }
}
