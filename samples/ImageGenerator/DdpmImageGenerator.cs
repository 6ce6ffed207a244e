using System.Globalization;
using Ddpm.Hosting;
using Microsoft.Extensions.AI;

namespace ImageGenerator;

/// <summary>
/// A model of Ddpm.Hosting as an image generator of Microsoft.Extensions.AI. The prompt is the name of a class, and empty for any. The
/// additional properties sampler, steps, seed, guidance and strength are those of <see cref="SampleRequest"/>. The service owns the model.
/// </summary>
/// <param name="service">The model.</param>
internal sealed class DdpmImageGenerator(IDdpmService service) : IImageGenerator
{
    private const string Png = "image/png";
    private static readonly string[] Known = ["sampler", "steps", "seed", "guidance", "strength"];

    /// <exception cref="ArgumentException">The request asks for what the model cannot do; the message says what it can.</exception>
    public async Task<ImageGenerationResponse> GenerateAsync(
        ImageGenerationRequest request, ImageGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        options ??= new ImageGenerationOptions();
        Require(options.ModelId is null || options.ModelId == service.Name, nameof(options.ModelId), service.Name, options.ModelId);
        Require(options.MediaType is null or Png, nameof(options.MediaType), Png, options.MediaType);
        bool data = options.ResponseFormat is null or ImageGenerationResponseFormat.Data;
        Require(data, nameof(options.ResponseFormat), nameof(ImageGenerationResponseFormat.Data), options.ResponseFormat);
        Require(options.StreamingCount is null or 0, nameof(options.StreamingCount), "0", options.StreamingCount);
        AdditionalPropertiesDictionary properties = options.AdditionalProperties ?? [];
        foreach (string name in properties.Keys) Require(Known.Contains(name), "An additional property", string.Join(", ", Known), name);
        GeneratedImages images = await service.SampleAsync(
            new SampleRequest
            {
                Labels = await LabelsOfAsync(request.Prompt, cancellationToken),
                Image = PictureOf(request.OriginalImages),
                Count = options.Count,
                Width = options.ImageSize?.Width,
                Height = options.ImageSize?.Height,
                Sampler = properties.GetValueOrDefault("sampler")?.ToString(),
                Steps = Number<int>(properties, "steps"),
                Seed = Number<long>(properties, "seed"),
                Guidance = Number<double>(properties, "guidance"),
                Strength = Number<double>(properties, "strength"),
            },
            cancellationToken);
        return new ImageGenerationResponse([.. Enumerable.Range(0, images.Count).Select(k => ContentOf(images, k))])
        {
            RawRepresentation = images,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(ImageGeneratorMetadata) ? new ImageGeneratorMetadata("ddpm", defaultModelId: service.Name)
            : serviceType.IsInstanceOfType(service) ? service
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // The host owns the service.
    }

    private async Task<IReadOnlyList<ClassLabel>?> LabelsOfAsync(string? prompt, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(prompt)) return null;
        ModelInformation model = await service.DescribeAsync(cancellationToken);
        IReadOnlyList<string> names = model.ClassNames ?? [.. Enumerable.Range(0, model.Classes).Select(k => $"{k}")];
        string? name = names.FirstOrDefault(name => string.Equals(name, prompt.Trim(), StringComparison.OrdinalIgnoreCase));
        string expected = names.Count == 0 ? "empty, for the model knows no classes" : $"a class, {string.Join(", ", names)}, or empty";
        Require(name is not null, nameof(ImageGenerationRequest.Prompt), expected, $"\"{prompt}\"");
        return model.ClassNames is null ? [int.Parse(name!, CultureInfo.InvariantCulture)] : [name!];
    }

    private static ReadOnlyMemory<byte>? PictureOf(IEnumerable<AIContent>? originals)
    {
        AIContent[] all = [.. originals ?? []];
        if (all.Length == 0) return null;
        bool one = all is [DataContent { MediaType: Png }];
        Require(one, nameof(ImageGenerationRequest.OriginalImages), "one PNG file as DataContent", $"{all.Length} contents");
        return ((DataContent)all[0]).Data;
    }

    private static T? Number<T>(AdditionalPropertiesDictionary properties, string name)
        where T : struct, IParsable<T>
    {
        if (properties.GetValueOrDefault(name) is not { } value) return null;
        bool valid = T.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out T number);
        Require(valid, name, typeof(T) == typeof(double) ? "a number" : "a whole number", value);
        return number;
    }

    private static DataContent ContentOf(GeneratedImages images, int number) =>
        new(images.ToPng(number), Png) { Name = $"ddpm-seed{images.Settings.Seed}-{number:D3}.png" };

    private static void Require(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{name} must be {expected}, but is {actual}.");
    }
}
