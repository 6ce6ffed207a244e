using System.Text.Json;

namespace Ddpm.Hosting;

/// <summary>A run as JSON; fields without a value are left out.</summary>
/// <param name="run">The run.</param>
/// <param name="address">The path of the endpoints.</param>
internal sealed class RunJson(Run run, string address)
{
    public static string Name(RunState state) => state switch
    {
        RunState.Queued => "queued",
        RunState.Running => "running",
        RunState.Finished => "finished",
        RunState.Failed => "failed",
        _ => "cancelled",
    };

    /// <summary>The settings alone.</summary>
    public static void WriteSettings(Utf8JsonWriter json, SampleSettings settings)
    {
        json.WriteString("sampler", settings.Sampler);
        json.WriteNumber("steps", settings.Steps);
        json.WriteString("spacing", settings.Spacing);
        Write(json, "eta", settings.Eta);
        Write(json, "signalToNoise", settings.SignalToNoise);
        if (settings.StepsPerLevel is { } stepsPerLevel) json.WriteNumber("stepsPerLevel", stepsPerLevel);
        json.WriteNumber("seed", settings.Seed);
        if (settings.ToSeed is { } toSeed) json.WriteNumber("toSeed", toSeed);
        json.WriteNumber("count", settings.Count);
        if (settings.Labels is [int only]) json.WriteNumber("label", only);
        else if (settings.Labels is { } labels) Write(json, "label", labels);
        if (settings.Guidance != 1) json.WriteNumber("guidance", settings.Guidance);
        if (settings.GuidanceInterval is { } interval) Write(json, "guidanceInterval", [interval.First, interval.Last]);
        if (settings.KeptConditions is { } kept) JsonAnswer.Write(json, "keptConditions", kept);
        json.WriteNumber("width", settings.Width);
        json.WriteNumber("height", settings.Height);
        Write(json, "strength", settings.Strength);
        if (settings.Resamples is { } resamples) json.WriteNumber("resamples", resamples);
    }

    /// <summary>The fields of the run at one moment.</summary>
    public void Write(Utf8JsonWriter json, RunSnapshot snapshot)
    {
        json.WriteString("id", run.Id);
        json.WriteString("state", Name(snapshot.State));
        if (snapshot.State == RunState.Queued) json.WriteNumber("position", run.Position);
        WriteSettings(json, run.Settings.Sample);
        json.WriteNumber("step", snapshot.Step);
        if (run.Moves != run.Steps) json.WriteNumber("moves", run.Moves);
        if (snapshot.Timestep is { } timestep) json.WriteNumber("timestep", timestep);
        json.WriteNumber("elapsedSeconds", Math.Round(snapshot.Elapsed.TotalSeconds, 3));
        if (snapshot.State == RunState.Running && snapshot.Step > 0)
        {
            double remaining = snapshot.Elapsed.TotalSeconds * (run.Moves - snapshot.Step) / snapshot.Step;
            json.WriteNumber("remainingSeconds", Math.Round(remaining, 1));
        }

        if (snapshot.Reason is { } reason) json.WriteString("reason", reason);
        if (snapshot.State == RunState.Finished) WriteLinks(json);
    }

    /// <summary>The run as an object in a field.</summary>
    public void WriteField(Utf8JsonWriter json, RunSnapshot snapshot)
    {
        json.WriteStartObject("job");
        Write(json, snapshot);
        json.WriteEndObject();
    }

    /// <summary>The pictures in base64.</summary>
    public static void WriteImages(Utf8JsonWriter json, GeneratedImages images)
    {
        json.WriteStartArray("images");
        for (int k = 0; k < images.Count; k++) json.WriteBase64StringValue(images.ToPng(k));
        json.WriteEndArray();
    }

    /// <summary>A sheet of a preview as a data URL.</summary>
    public static void WriteSheet(Utf8JsonWriter json, string field, GeneratedImages images) =>
        json.WriteString(field, "data:image/png;base64," + Convert.ToBase64String(images.ToPngSheet()));

    private void WriteLinks(Utf8JsonWriter json)
    {
        string path = $"{address}/jobs/{run.Id}";
        json.WriteStartObject("links");
        json.WriteStartArray("images");
        for (int k = 0; k < run.Settings.Sample.Count; k++) json.WriteStringValue($"{path}/images/{k}.png");
        json.WriteEndArray();
        json.WriteString("grid", $"{path}/grid.png");
        json.WriteString("archive", $"{path}/images.zip");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string field, double? value)
    {
        if (value is { } number) json.WriteNumber(field, number);
    }

    private static void Write(Utf8JsonWriter json, string field, IReadOnlyList<int> values)
    {
        json.WriteStartArray(field);
        foreach (int value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
