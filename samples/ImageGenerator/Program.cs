using System.CommandLine;
using Ddpm.Hosting;
using Ddpm.Samples;
using ImageGenerator;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

var prompt = new Argument<string>("prompt") { Description = "Name of a class, such as Sneaker", DefaultValueFactory = _ => "" };
var model = new Option<string>("--model") { Description = "Model folder", DefaultValueFactory = _ => "samples/models/fashion-mnist" };
Option<int> count = SampleProgram.Number("--count", 4, "Pictures", least: 1);
Option<DirectoryInfo> output = SampleProgram.Folder("--out", "generated", "Folder for the pictures");
var command = new RootCommand("Draws pictures of a class through the image generator of Microsoft.Extensions.AI.")
{
    prompt, model, count, output,
};
return SampleProgram.Run(command, output, args, (parsed, stop, _) =>
{
    DirectoryInfo folder = parsed.GetValue(output)!;
    var services = new ServiceCollection();
    services.AddDdpm(options => options.Folder = parsed.GetValue(model));
    services.AddSingleton<IImageGenerator>(provider => new DdpmImageGenerator(provider.GetRequiredService<IDdpmService>()));
    using ServiceProvider provider = services.BuildServiceProvider();

    // From here on nothing knows that a diffusion model draws.
    var generator = provider.GetRequiredService<IImageGenerator>();
    var options = new ImageGenerationOptions { Count = parsed.GetValue(count) };
    ImageGenerationResponse response = generator.GenerateImagesAsync(parsed.GetValue(prompt)!, options, stop).GetAwaiter().GetResult();
    foreach (DataContent picture in response.Contents.OfType<DataContent>())
    {
        string path = Path.Combine(folder.FullName, picture.Name!);
        File.WriteAllBytes(path, picture.Data.Span);
        Console.WriteLine(path);
    }
});
