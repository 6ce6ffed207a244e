using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate copies</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class CopiesOptions(OptionReader read)
{
    public string Training { get; } = read.Argument("training", $"The images that the model has seen, all of them: {ImageData.Kinds}");

    public string Samples { get; } = EvaluateCommand.Samples(read);

    public string? Test { get; } = read.Section("Images").Text(
        "--test", "path", "Real images that the model has not seen: samples should lie as far from the training images as these");

    public bool Flip { get; } = read.Flag("--flip", "The model has seen the training images mirrored too (ddpm train --flip)");

    public string? Plot { get; } = read.Section("Output").Text(
        "--plot", "pairs.png", "Write the samples nearest to a training image, each beside it, as PNG or, to a file.svg, as SVG");

    public int Pairs { get; } = read.Number("--pairs", 24, "Pairs of the plot", least: 1, 1000);

    public MeasureOptions Measures { get; } = new(
        read,
        counted: "Images of <samples> and of --test, evenly spread over a data set; by default all, and as many samples of a model as "
            + "--test has");
}
