using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>A model and its limits as JSON, from which a page makes its form.</summary>
internal static class ModelJson
{
    public static void Write(Utf8JsonWriter json, ModelInformation model)
    {
        json.WriteString("name", model.Title);
        json.WriteNumber("channels", model.Channels);
        json.WriteNumber("height", model.Height);
        json.WriteNumber("width", model.Width);
        if (model.Parameters is { } parameters) json.WriteNumber("parameters", parameters);
        json.WriteNumber("timesteps", model.Timesteps);
        json.WriteNumber("classes", model.Classes);
        if (model.ClassNames is { } names) JsonAnswer.Write(json, "classNames", names);
        json.WriteStartArray("conditions");
        foreach (NetworkCondition condition in model.Conditions) Write(json, model, condition);
        json.WriteEndArray();
        json.WriteBoolean("guidance", model.CanGuide);
        json.WriteBoolean("autoguidance", model.IsAutoguided);
        json.WriteBoolean("needsClass", model.NeedsClass);
        json.WriteNumber("maxSteps", model.MaxSteps);
        json.WriteNumber("maxCount", model.MaxCount);
        if (model.MaxSize is { } size) json.WriteNumber("largestSize", size);
        json.WriteNumber("sizeMultiple", model.SizeMultiple);
        json.WriteStartArray("samplers");
        foreach (SamplerInformation sampler in model.Samplers)
        {
            json.WriteStartObject();
            json.WriteString("name", sampler.Name);
            json.WriteString("title", sampler.Title);
            json.WriteString("about", sampler.About);
            json.WriteNumber("defaultSteps", sampler.DefaultSteps);
            json.WriteString("defaultSpacing", sampler.DefaultSpacing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonAnswer.Write(json, "spacings", model.Spacings);
    }

    private static void Write(Utf8JsonWriter json, ModelInformation model, NetworkCondition condition)
    {
        json.WriteStartObject();
        json.WriteString("name", condition.Name);
        json.WriteString("kind", condition.IsVector ? "vector" : "spatial");
        json.WriteNumber("channels", condition.Channels);
        if (!condition.IsVector)
        {
            json.WriteNumber("height", model.Height);
            json.WriteNumber("width", model.Width);
        }

        json.WriteEndObject();
    }
}
