using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A network over images in training on the CPU in float32, as one function for libtorch's graph. Threads compute the parts of a batch at
/// once, each through all layers.
/// </summary>
/// <param name="graph">The network.</param>
/// <param name="layers">Its layers.</param>
/// <param name="parameters">The weights of its layers.</param>
/// <param name="dropout">Draws what dropout zeroes.</param>
internal sealed class GradientProgram(
    NetworkGraph graph, GradientLayers layers, IReadOnlyDictionary<string, LayerParameters> parameters, Dropout dropout) : IDisposable
{
    private readonly object gate = new();
    private readonly ReturnedGradients returned = new();
    private PartThreads? threads;
    private GradientAccumulation? accumulation;

    public NetworkGraph Graph => graph;

    /// <summary>Gets why the last backward pass failed; null where it did not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Returns whether a prediction is one that the program computes.</summary>
    public bool Applies(Tensor x) => is_grad_enabled() && TensorMemory.IsPlain(x)
        && Graph.Parameters.All(parameter => TensorMemory.IsPlain(Parameter(parameter)));

    /// <summary>Returns a weight.</summary>
    public Tensor Parameter(ParameterShape parameter)
    {
        int dot = parameter.Name.LastIndexOf('.');
        LayerParameters layer = parameters[parameter.Name[..dot]];
        return parameter.Name.AsSpan(dot + 1) is "weight" ? layer.Weight : layer.Bias;
    }

    /// <summary>Returns the prediction, whose graph leads to x_t, the conditions and the weights; a fresh tensor.</summary>
    /// <param name="x">x_t, [B, C, H, W].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; null where the network knows no classes.</param>
    /// <param name="conditions">The conditions, in the order of the description.</param>
    public Tensor Run(Tensor x, Tensor t, Tensor? labels, Tensor[] conditions)
    {
        using var scope = NewDisposeScope();
        Tensor[] given = [x, .. conditions];
        lock (gate)
        {
            returned.Free();
            GradientAccumulation? taker = given.Any(each => each.requires_grad) ? null : accumulation;
            // Copies: what changes a tensor of timesteps or labels afterwards changes no gradient.
            var call = new GradientCall(this, given, t.clone(), labels?.clone(), dropout) { Accumulation = taker };
            taker?.Begin(call);
            try
            {
                Tensor[] leaves = taker is null ? [.. given, .. Graph.Parameters.Select(Parameter)] : [taker.Token];
                return NetworkFunction.apply([call, .. leaves]).MoveToOuterDisposeScope();
            }
            finally
            {
                // The graph has saved what other threads made when the function returns, and not before.
                threads?.Release();
            }
        }
    }

    /// <summary>Begins a time of one backward pass for each prediction.</summary>
    public GradientAccumulation Accumulate() => accumulation = new GradientAccumulation(this);

    /// <summary>Ends it.</summary>
    /// <param name="open">The predictions that had no backward pass.</param>
    public void EndAccumulation(IEnumerable<GradientCall> open)
    {
        lock (gate)
        {
            accumulation = null;
            foreach (GradientCall call in open)
            {
                ThreadsFor(call).Run(call.Parts, part =>
                {
                    foreach (Tensor tensor in part.Saved) tensor.Dispose();
                    return part;
                });
            }
        }
    }

    /// <summary>Computes the prediction without history, the parts of the batch at once.</summary>
    /// <param name="call">The prediction.</param>
    /// <param name="saved">Takes what the gradients need.</param>
    public Tensor Forward(GradientCall call, List<Tensor> saved)
    {
        Tensor[] predictions = ThreadsFor(call).Run(call.Parts, part => layers.Forward(part, call.Given));
        dropout.Follow(call.Parts[0].Dropout);
        if (call.Accumulation is null)
        {
            // What the network was given, with its history: gradients of gradients need it.
            saved.AddRange([.. call.Parts.SelectMany(part => part.Saved), .. call.Given, call.Timesteps]);
            if (call.Labels is not null) saved.Add(call.Labels);
            foreach (GradientPart part in call.Parts) part.Saved = [];
        }

        return cat(predictions, 0);
    }

    /// <summary>Returns the gradients of x_t, the conditions and the weights; null for those that are not asked for.</summary>
    /// <param name="call">The prediction.</param>
    /// <param name="gradient">The gradient of the prediction.</param>
    /// <param name="unpack">Gives what <see cref="Forward"/> saved; the tensors are disposed.</param>
    /// <returns>The gradients, which live until the thread's next call; none where the call's accumulation takes them.</returns>
    /// <exception cref="InvalidOperationException">A weight was changed, moved or disposed since the prediction.</exception>
    public Tensor?[] Backward(GradientCall call, Tensor gradient, Func<List<Tensor>> unpack)
    {
        lock (gate)
        {
            returned.Free();
            using var scope = NewDisposeScope();
            Failure = null;
            call.RequireUnchanged();
            if (call.Accumulation is not null) return Gradients(call, gradient);
            List<Tensor> saved = unpack();
            int next = 0;
            foreach (GradientPart part in call.Parts)
            {
                part.Saved = saved[next..(next + part.Begins[^1])];
                next += part.Begins[^1];
            }

            Tensor?[] results = is_grad_enabled()
                ? DifferentiableGradients(call, gradient, saved[next..])
                : Gradients(call, gradient);
            foreach (Tensor? result in results) result?.DetachFromDisposeScope();
            foreach (Tensor tensor in saved) tensor.Dispose();
            return returned.Keep(results);
        }
    }

    /// <summary>Returns gradients that fit nothing, in place of those of a pass that failed.</summary>
    public Tensor?[] Misfits(GradientCall call, Exception failure)
    {
        int leaves = call.Accumulation is null ? call.Given.Length + Graph.Parameters.Count : 1;
        lock (gate)
        {
            Failure = failure;
            returned.Free();
            return returned.Keep([.. Enumerable.Range(0, leaves).Select(_ => zeros([]).DetachFromDisposeScope())]);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            returned.FreeAll();
            threads?.Dispose();
            threads = null;
        }
    }

    private PartThreads ThreadsFor(GradientCall call)
    {
        (int parts, int count) = (call.Parts.Count, get_num_threads());
        if (threads?.Parts == parts && threads.Threads == count) return threads;
        threads?.Dispose();
        return threads = new PartThreads(parts, count);
    }

    private Tensor?[] Gradients(GradientCall call, Tensor gradient)
    {
        PartThreads threads = ThreadsFor(call);
        try
        {
            Tensor?[][] ofGiven = threads.Run(call.Parts, part => layers.Gradients(part, gradient));
            if (call.Accumulation is { } taker)
            {
                taker.End(call);
                return [null];
            }

            return
            [
                .. call.Given.Select((_, place) => Joined([.. ofGiven.Select(part => part[place])])),
                .. Graph.Parameters.Select(call.Weights.Take),
            ];
        }
        finally
        {
            call.Weights.Clear();
            threads.Release();
        }
    }

    private static Tensor? Joined(Tensor?[] parts) => parts[0] is null ? null : cat([.. parts.Select(part => part!)], 0);

    // The caller wants to differentiate the gradients: libtorch computes the prediction again, with all of its own history.
    private Tensor?[] DifferentiableGradients(GradientCall call, Tensor gradient, List<Tensor> given)
    {
        call.Given = [.. given.Take(call.Given.Length)];
        call.Timesteps = given[call.Given.Length];
        call.Labels = given.ElementAtOrDefault(call.Given.Length + 1);
        Tensor prediction = cat([.. call.Parts.Select(part => layers.Differentiable(part, call.Given))], 0);
        Tensor[] all = [.. call.Given, .. Graph.Parameters.Select(Parameter)];
        var gradients = new Queue<Tensor>(autograd.grad(
            [prediction], [.. all.Where(tensor => tensor.requires_grad)], [gradient], retain_graph: true, create_graph: true,
            allow_unused: true));
        return [.. all.Select(tensor => tensor.requires_grad ? gradients.Dequeue() : null)];
    }
}
