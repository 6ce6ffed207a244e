using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Sampling;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <see cref="MeasureOptions"/>.</summary>
internal sealed class MeasureFlags
{
    private const int MostWorkers = 8;

    private readonly Option<string> features = new("--features") { Description = "What is compared: pixels, or a network in a TorchScript file, such as Inception (a program: load only files that you trust)", HelpName = "pixels|net.pt", Required = true };
    private readonly Option<bool> returnFeatures = Flag("--return-features", "Call the network with return_features=True, as the Inception file of StyleGAN's metrics wants for features; without, it gives logits");
    private readonly Option<int?> output = Number("--feature-output", 0, "Which output is taken where the network gives several", 0);
    private readonly Option<int?> featureSize = Number("--feature-size", null, "Height and width that images are resized to for the network, such as 299; by default they are not", 1);
    private readonly Option<string> filter = Choice("--feature-filter", "How they are resized; it moves the numbers: bilinear as pytorch-fid, bicubic-antialiased as clean-fid", "bicubic-antialiased", "bilinear", "bilinear-antialiased", "bicubic-antialiased");
    private readonly Option<string> scale = Choice("--feature-scale", "What the network takes a pixel as: bytes 0 … 255, unit 0 … 1, symmetric -1 … 1", "bytes", "bytes", "unit", "symmetric");
    private readonly Option<double[]> mean = Triple("--feature-mean", "Subtracted from each channel after scaling; three numbers with commas between; by default nothing", _ => true, "");
    private readonly Option<double[]> deviation = Triple("--feature-std", "What each channel is divided by after that; three numbers above 0 with commas between; by default nothing", value => value > 0, " above 0");
    private readonly Option<int?> count = Number("--count", null, "Images of each set, evenly spread over a data set; by default all, and as many samples of a model as the reference has", 2);
    private readonly Option<int?> workers = Number("--num-workers", Math.Min(MostWorkers, Environment.ProcessorCount), "Threads that read images", 1);
    private readonly Option<int?> size = Number("--size", null, "Height and width to bring the images of folders to; by default their own", 1);
    private readonly Option<bool> grayscale = Flag("--grayscale", "Read the images of folders in shades of gray");
    private readonly SamplingFlags sampling = new("Of a model folder: ");

    /// <param name="classifier">Whether the network must be a classifier.</param>
    public MeasureFlags(bool classifier = false)
    {
        if (!classifier) return;
        features.Description = "The classifier, in a TorchScript file, such as Inception (a program: load only files that you trust)";
        features.HelpName = "net.pt";
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { features, returnFeatures, output, featureSize, filter, scale, mean, deviation, count, workers, size, grayscale }) command.Add(option);
        sampling.AddTo(command);
    }

    public MeasureOptions Read(ParseResult parsed) => new()
    {
        Features = new FeatureOptions
        {
            Network = parsed.GetValue(features)!,
            ReturnFeatures = parsed.GetValue(returnFeatures),
            Output = parsed.GetValue(output)!.Value,
            Size = parsed.GetValue(featureSize),
            Filter = parsed.GetValue(filter)!,
            Scale = parsed.GetValue(scale)!,
            Mean = [.. parsed.GetValue(mean) ?? []],
            StandardDeviation = [.. parsed.GetValue(deviation) ?? []],
        },
        Count = parsed.GetValue(count),
        Workers = parsed.GetValue(workers)!.Value,
        Size = parsed.GetValue(size),
        Grayscale = parsed.GetValue(grayscale),
        Sampling = sampling.Read(parsed),
    };

    private static Option<double[]> Triple(string name, string description, Func<double, bool> valid, string range) => new(name)
    {
        Description = description,
        HelpName = "x,x,x",
        CustomParser = result =>
        {
            string[] parts = [.. result.Tokens.SelectMany(token => token.Value.Split(','))];
            double[] numbers = [.. parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
            if (numbers.Length == 3 && numbers.All(value => double.IsFinite(value) && valid(value))) return numbers;
            result.AddError($"{name} must be three numbers{range} with commas between, but is {string.Join(',', parts)}.");
            return null;
        },
    };
}
