using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Inspection;

/// <summary><c>ddpm inspect</c>: what is in a folder.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "inspect",
        "Shows what a folder or file holds: process, network, parameters, FLOPs, types of tensors, sizes of files, and what does not fit.",
        "ddpm inspect run/model",
        read => new ModelSource(
            read.Argument(
                "path",
                "A model folder, a checkpoint, a folder that ddpm train wrote, a configuration alone (config.json), or a safetensors file"),
            new ModelFolderOptions(read)),
        (source, screen, _) =>
        {
            string path = source.Folder;
            JsonObject found = Inspector.Of(source);
            screen.Table(path, 2, Rows.Of(found));
            screen.Json(found);
            return true;
        },
        torch: false);
}
