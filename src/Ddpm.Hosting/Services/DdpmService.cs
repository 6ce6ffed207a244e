using System.Runtime.CompilerServices;
using Ddpm.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ddpm.Hosting;

/// <summary>A model with its place in a worker's queue.</summary>
internal sealed class DdpmService : IDdpmService, IDisposable
{
    private const int DefaultCount = 1;
    private readonly ModelSlot slot;
    private readonly WorkerPool workers;
    private readonly IOptionsMonitor<DdpmOptions> options;

    /// <param name="name">The name of the model.</param>
    /// <param name="options">The options, by the model's name.</param>
    /// <param name="workers">The workers of all models.</param>
    /// <param name="logger">Receives what happens.</param>
    public DdpmService(string name, IOptionsMonitor<DdpmOptions> options, WorkerPool workers, ILogger logger)
    {
        (Name, this.options, this.workers) = (name, options, workers);
        slot = new ModelSlot(name, options, logger);
    }

    public string Name { get; }

    public ServiceStatus Status
    {
        get
        {
            IEnumerable<RunWorker> all = workers.All;
            return new ServiceStatus(slot.State, slot.Problem, !workers.IsStopped && all.All(worker => worker.IsAlive),
                all.Sum(worker => worker.LengthOf(Name)), all.Any(worker => worker.IsDrawing(Name)));
        }
    }

    public async Task<ModelInformation> DescribeAsync(CancellationToken cancellationToken = default)
    {
        ServedModel model = await slot.HoldAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Describe(model);
        }
        finally
        {
            model.Release();
        }
    }

    public async Task<GeneratedImages> SampleAsync(SampleRequest? request = null, CancellationToken cancellationToken = default)
    {
        Run run = await SubmitAsync(request ?? new SampleRequest(), cancellationToken).ConfigureAwait(false);
        using CancellationTokenRegistration registration = cancellationToken.Register(() => run.Cancel("The caller cancelled the run."));
        try
        {
            return await run.Completion.ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    public async IAsyncEnumerable<SamplingPreview> StreamAsync(
        SampleRequest? request = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Run run = await SubmitAsync(request ?? new SampleRequest(), cancellationToken).ConfigureAwait(false);
        try
        {
            SamplingPreview? shown = null;
            await foreach (RunSnapshot snapshot in run.Watch(cancellationToken).ConfigureAwait(false))
            {
                if (shown is null && snapshot.Start is { } start) yield return shown = start;
                if (snapshot.IsOver || snapshot.Preview is not { } preview || preview == shown) continue;
                yield return shown = preview;
            }

            GeneratedImages result = await run.Completion.ConfigureAwait(false);
            RunSnapshot end = run.Snapshot;
            yield return new SamplingPreview(run.Moves, run.Moves, end.Timestep, end.Elapsed, result, result) { Result = result };
        }
        finally
        {
            // Nothing to cancel unless the caller left.
            run.Cancel("The caller left.");
        }
    }

    public Task ReloadAsync(CancellationToken cancellationToken = default) => slot.ReloadAsync(cancellationToken);

    /// <summary>Takes a request in.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="defaultCount">How many pictures a request without a number gets.</param>
    /// <param name="abandonedAfter">The time without watchers that ends the run; null for no end.</param>
    /// <param name="cancellationToken">Ends the wait for the model.</param>
    public async Task<Run> SubmitAsync(
        RequestFields fields, string caller, int defaultCount, TimeSpan? abandonedAfter, CancellationToken cancellationToken)
    {
        ServedModel model = await slot.HoldAsync(cancellationToken).ConfigureAwait(false);
        Run run;
        try
        {
            run = new Run(model, RequestReader.Read(fields, model, defaultCount), caller, abandonedAfter);
        }
        catch
        {
            model.Release();
            throw;
        }

        try
        {
            workers.Of(model.Options.Worker).Add(run);
            return run;
        }
        catch
        {
            run.ReleaseModel();
            throw;
        }
    }

    /// <summary>Loads the model and compiles it for one picture, if its options say so.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (!options.Get(Name).WarmUp) return;
        // The shortest run compiles what the first request needs.
        await SampleAsync(await ShortestAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => slot.Dispose();

    private Task<Run> SubmitAsync(SampleRequest request, CancellationToken cancellationToken) =>
        SubmitAsync(new RequestFields(request), request.Caller ?? "", DefaultCount, null, cancellationToken);

    private async Task<SampleRequest> ShortestAsync(CancellationToken cancellationToken)
    {
        ModelInformation model = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return new SampleRequest
        {
            Steps = 1,
            Seed = 0,
            Labels = model.Classes > 0 ? [0] : null,
            Conditions = model.Conditions.Count > 0
                ? model.Conditions.ToDictionary(condition => condition.Name, condition => Zeros(condition, model))
                : null,
        };
    }

    private static IReadOnlyList<ConditionValue> Zeros(NetworkCondition condition, ModelInformation model) =>
        [ConditionValue.FromNumbers(new float[condition.Channels * (condition.IsVector ? 1 : model.Height * model.Width)])];

    private static ModelInformation Describe(ServedModel model) => new()
    {
        Title = model.Title,
        Channels = model.Shape[0],
        Height = model.Shape[1],
        Width = model.Shape[2],
        Parameters = model.Parameters,
        Timesteps = model.Schedule.Timesteps,
        Classes = model.Classes,
        ClassNames = model.ClassNames,
        Conditions = model.Conditions,
        CanGuide = model.CanGuide,
        IsAutoguided = model.IsAutoguided,
        NeedsClass = model.NeedsClass,
        MaxSteps = model.MaxSteps,
        MaxCount = model.Options.MaxCount,
        MaxSize = model.Options.MaxSize,
        SizeMultiple = model.SizeMultiple,
        Samplers =
        [
            .. model.Methods.Select(method =>
                new SamplerInformation(
                    method.Name, method.Title, SamplerNotes.Of(method), model.DefaultSteps(method), method.DefaultSpacing.Name)),
        ],
        Spacings = [.. KnownSpacings.All.Select(rule => rule.Name)],
    };
}
