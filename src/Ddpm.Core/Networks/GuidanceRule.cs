using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Leads a prediction away from a worse one: worse + w (better - worse), in an interval of timesteps.</summary>
/// <param name="Scale">w; 1 is none.</param>
/// <param name="Rescale">φ, the share that is rescaled to the deviation of the better prediction.</param>
/// <param name="Interval">Where it acts; null for everywhere.</param>
internal sealed record GuidanceRule(double Scale, double Rescale, GuidanceInterval? Interval)
{
    /// <summary>Checks the arguments of a guided model, which have these names.</summary>
    public static GuidanceRule Of(double scale, double rescale, GuidanceInterval? interval) =>
        new(Require.NotNegative(scale), Require.UnitInterval(rescale), interval);

    /// <summary>Gets whether any example of a batch is guided. Timesteps of a sampler are not read from their device.</summary>
    /// <param name="t">The timesteps, [B].</param>
    public bool ActsOn(Tensor t)
    {
        if (Scale == 1) return false;
        if (Interval is null) return true;
        if (HostTimesteps.Of(t) is { } known) return known.Any(each => Interval.Contains(each));
        using Tensor inside = Inside(t), any = inside.any();
        return any.item<bool>();
    }

    /// <summary>Guides the predictions of a batch; a learned variance is the better prediction's.</summary>
    /// <param name="better">The prediction, [B, C, …] or [B, 2C, …].</param>
    /// <param name="worse">The prediction to lead away from, in either of these shapes.</param>
    /// <param name="xt">x_t, [B, C, …].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <returns>The guided prediction in the shape of <paramref name="better"/>.</returns>
    public Tensor Guide(Tensor better, Tensor worse, Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        long channels = xt.dim() > 1 ? xt.size(1) : 0;
        Tensor with = Mean(better, channels), without = Mean(worse, channels);
        Tensor guided = without.Plus((with - without).Times(Scale));
        if (Rescale > 0) guided *= (Deviation(with).Times(Rescale) / Deviation(guided)).Plus(1 - Rescale);
        bool everywhere = Interval is null || (HostTimesteps.Of(t)?.All(each => Interval.Contains(each)) ?? false);
        if (!everywhere) guided = where(Each(Inside(t), xt), guided, with);
        bool learned = !ReferenceEquals(with, better);
        return (learned ? cat([guided, better.narrow(1, channels, channels)], 1) : guided).MoveToOuterDisposeScope();
    }

    // The prediction is the first half of the channels where there are twice as many as x_t has.
    private static Tensor Mean(Tensor output, long channels) =>
        channels > 0 && output.size(1) == 2 * channels ? output.narrow(1, 0, channels) : output;

    // The standard deviation of each example, [B, 1, …].
    private static Tensor Deviation(Tensor x) => Each(x.reshape(x.size(0), -1).std(1, unbiased: true), x);

    private static Tensor Each(Tensor one, Tensor like) =>
        one.reshape([like.size(0), .. Enumerable.Repeat(1L, (int)like.dim() - 1)]);

    private Tensor Inside(Tensor t)
    {
        using Scalar first = Interval!.First, last = Interval.Last;
        using Tensor after = t.ge(first), before = t.le(last);
        return after.logical_and(before);
    }
}
