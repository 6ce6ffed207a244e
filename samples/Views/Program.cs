using System.CommandLine;
using Ddpm.Core;
using Ddpm.Samples;
using Ddpm.Views;

(string Name, Action<View> Make)[] all =
[
    (AutoencoderView.Name, AutoencoderView.Make), (AutoregressiveView.Name, AutoregressiveView.Make),
    (CorrectionsView.Name, CorrectionsView.Make),
];
string[] known = [.. all.Select(one => one.Name)];
Argument<string[]> names = SampleProgram.Names("views", "Which to take, one after the other", known);
Option<DirectoryInfo> output = SampleProgram.Folder("--out", "views-out", "Folder for tables, numbers and pictures");
Option<DirectoryInfo> model = SampleProgram.Folder(
    "--model",
    Path.Combine("samples", "models", "fashion-mnist"),
    "The included model's folder");
var quick = new Option<bool>("--quick") { Description = "Seconds instead of minutes; the numbers of trained networks mean nothing" };
Option<long> seed = SampleProgram.Seed();

var command = new RootCommand("A diffusion model seen as a hierarchical autoencoder and as an autoregressive model, in numbers.")
{
    names, output, model, quick, seed,
};
return SampleProgram.Run(command, output, args, (parsed, stop, _) =>
{
    TorchRuntime.EnsureLoaded(); // the first tensor is made before anything of Ddpm.Core is used
    var options = new ViewsOptions(
        parsed.GetValue(output)!,
        parsed.GetValue(model)!,
        parsed.GetValue(quick),
        parsed.GetValue(seed));
    var view = new View(options, Console.Out, stop);
    string[] asked = parsed.GetValue(names) is { Length: > 0 } some ? some : known;
    foreach (string name in asked) all.Single(one => one.Name == name).Make(view);
});
