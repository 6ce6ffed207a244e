using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;

namespace Ddpm.Cli.Conversion;

/// <summary>The options of <c>ddpm convert</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class ConvertOptions(OptionReader read)
{
    public string Source { get; } =
        read.Argument("model", "A model folder; also of an older diffusers, of the authors' names, in shards or in 16 bits");

    public string Target { get; } = read.Argument("out", "The folder to write, in the layout of diffusers' DDPMPipeline");

    public ModelFolderOptions Folder { get; } = new(read);

    public string Dtype { get; } = read.Choice(
        "--dtype",
        "float32",
        "Type of the stored weights; 16 bits halve the file, and are widened again when it is read",
        Converter.Types);

    public bool Overwrite { get; } = read.Flag("--overwrite", "Write over an existing model");
}
