using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// From x_T, or a start at t, down to x_0: a network call a move, or as many as the rule makes, with conditions and hook. Owns its
/// conditions and its rule.
/// </summary>
internal sealed class ReversePath : SamplingPath
{
    private readonly ReverseDiffusion process;
    private readonly IEpsilonModel model;
    private readonly StepRule rule;
    private readonly SamplingRequest request;
    private readonly int[] positions;
    private readonly NoiseRequest draw;
    private readonly BatchConditions conditions;

    /// <param name="process">The process that is sampled.</param>
    /// <param name="model">The network, compiled where it can be.</param>
    /// <param name="rule">How x_t becomes x_{t-1} in this run.</param>
    /// <param name="request">The request.</param>
    /// <param name="positions">The samples of the batch, counted from the request's first.</param>
    public ReversePath(ReverseDiffusion process, IEpsilonModel model, StepRule rule, SamplingRequest request, int[] positions)
    {
        (this.process, this.model, this.rule, this.request, this.positions) = (process, model, rule, request, positions);
        Length = MovesOf(request, process);
        draw = new NoiseRequest
        {
            SampleIndices = [.. positions.Select(position => request.FirstSample + position)],
            Step = 0,
            Shape = [positions.Length, .. request.SampleShape],
            ElementType = request.ElementType,
            Device = request.Device,
        };
        int[] rows = [.. positions.Select(position => position / request.SamplesPerLabel)];
        conditions = new BatchConditions(
            request.Labels is { } labels
                ? HostNumbers.On(request.Device, [.. rows.Select(row => labels[row])]).DetachFromDisposeScope()
                : null,
            request.Conditions?.ToDictionary(pair => pair.Key, pair => Rows(pair.Value, rows).DetachFromDisposeScope()));
    }

    public override int Samples => positions.Length;

    public override int Length { get; }

    /// <summary>Returns the number of moves of a request.</summary>
    public static int MovesOf(SamplingRequest request, ReverseDiffusion process) =>
        (request.Start?.Timestep ?? process.Coefficients.Timesteps - 1) + 1;

    public override int Timestep(int move) => Length - 1 - move;

    public override Tensor Start() => request.Start is { } start ? Rows(start.Xt, positions) : request.Noise.Draw(draw);

    public override (Tensor Next, Tensor? X0) Move(int move, Tensor x)
    {
        int t = Timestep(move), timesteps = process.Coefficients.Timesteps, draws = 0;
        StepInput newest = Ask(x);
        // A step asks for the same noise in a whole run and from a start. Further draws of a step come after those of all steps.
        Tensor next = rule.Advance(newest, () => request.Noise.Draw(draw with { Step = checked(timesteps * (draws++ + 1) - t) }));
        if (request.Hook?.ReplacePrevious(Info(x), next) is { } previous)
        {
            next = Require.SameShape(previous, x, "x_{t-1} of the hook", "x_t");
        }

        // A step may hand x̂_0 on as x_0 itself, or leave x_t as it is.
        if (ReferenceEquals(next, newest.X0) || ReferenceEquals(next, x)) next = next.clone();
        return (next, newest.X0);

        SamplingStepInfo Info(Tensor at) => new(process, t, at, draw.SampleIndices);

        StepInput Ask(Tensor at)
        {
            StepInput input = StepInput.Of(process, process.Predict(model, at, t, conditions), at, t) with { Network = Ask };
            if (request.Hook?.ReplaceX0(Info(at), input.X0) is { } replaced)
            {
                input = input with { X0 = Require.SameShape(replaced, at, "x̂_0 of the hook", "x_t"), X0Replaced = true };
            }

            return newest = input;
        }
    }

    public override void Dispose()
    {
        conditions.Labels?.Dispose();
        foreach (Tensor value in conditions.Tensors.Values) value.Dispose();
        rule.Dispose();
    }

    private Tensor Rows(Tensor all, int[] rows)
    {
        using var scope = NewDisposeScope();
        Tensor index = HostNumbers.On(all.device, [.. rows.Select(row => (long)row)]);
        return all.index_select(0, index).to(request.ElementType, request.Device).MoveToOuterDisposeScope();
    }
}
