namespace Ddpm.Cli.Tests;

/// <summary>Every error that a user can make, word for word.</summary>
public sealed class MistakesTests(WrongThings things) : IClassFixture<WrongThings>
{
    private readonly Workplace here = things.Here;

    [Theory]
    [
        InlineData(
            "smaple",
            "ddpm has no command smaple; did you mean sample? The commands are train, distill, export, sample, fill, evaluate, inspect, "
                + "convert, doctor, completion, help."),
    ]
    [InlineData("evaluate", "ddpm evaluate must be followed by a command: bpd, fid, is, kid, pr, copies.")]
    [
        InlineData(
            "evaluate fidd a b", "ddpm evaluate has no command fidd; did you mean fid? The commands are bpd, fid, is, kid, pr, copies."),
    ]
    [InlineData("sample {model} --stpes 5", "ddpm sample has no option --stpes; did you mean --steps? See ddpm sample --help.")]
    [InlineData("sample --frobnicate", "ddpm sample has no option --frobnicate. See ddpm sample --help.")]
    [InlineData("train --data {gray} --setps 5", "ddpm train has no option --setps; did you mean --steps? See ddpm train --help.")]
    [InlineData("sample {model} 5", "ddpm sample does not expect 5. See ddpm sample --help.")]
    [
        InlineData(
            "sample",
            "ddpm sample needs <model>: A model folder, such as ddpm-run/model or a downloaded google/ddpm-cifar10-32. See ddpm sample "
                + "--help."),
    ]
    [InlineData("sample {model} --out {out} --steps", "--steps must be followed by <n>, but is followed by nothing.")]
    [InlineData("sample {model} --steps --json", "--steps must be followed by <n>, but is followed by --json.")]
    [InlineData("sample {model} --out --json", "--out must be followed by <folder>, but is followed by --json.")]
    [InlineData("sample {model} --steps 5 --steps 6", "--steps must be given once, but is 5 and 6.")]
    [InlineData("sample {model} --sampler ddin", "--sampler must be ddpm, ddim, *, but is ddin; did you mean ddim?")]
    [InlineData("help smaple", "ddpm has no command smaple; did you mean sample?*")]
    [InlineData("help evaluate fidd", "ddpm evaluate has no command fidd; did you mean fid?*")]
    [InlineData("completion bsh", "<shell> must be bash, zsh, fish or pwsh, but is bsh; did you mean bash?")]
    [InlineData("completion", "ddpm completion needs <shell>: bash, zsh, fish or pwsh (PowerShell). See ddpm completion --help.")]
    [InlineData("train --data {gray} --bf16 --dtype float32", "--bf16 must go without --dtype float32: it is --dtype bfloat16 of today.")]
    [InlineData("sample {model} --steps many", "--steps must be a whole number of at least 1, but is many.")]
    [InlineData("sample {model} --steps 0", "--steps must be at least 1, but is 0.")]
    [InlineData("sample {model} --steps 21", "--steps must be at most 20, the timesteps of {model}, but is 21.")]
    [InlineData("sample {model} --steps-at 1,4 --steps 2", "--steps-at must go without --steps: it names the timesteps.")]
    [InlineData("sample {model} --steps-at 4,1", "--steps-at must be ascending timesteps of {model}, 0 … 19, but is 4,1.")]
    [InlineData("sample {model} --steps-at 4,20", "--steps-at must be ascending timesteps of {model}, 0 … 19, but is 4,20.")]
    [InlineData(
        "sample {model} --sampler euler",
        "--sampler must be ddpm, ddim, dpm-solver++, ipndm, unipc, langevin or predictor-corrector, but is euler.")]
    [
        InlineData(
            "sample {model} --spacing even",
            "--spacing must be leading, trailing, linspace, quadratic, sections, whole-stride or karras, but is even."),
    ]
    [
        InlineData(
            "sample {model} --steps 13 --spacing whole-stride",
            "--spacing whole-stride cannot give 13 of the 20 timesteps of {model}: *"),
    ]
    [InlineData("sample {model} --sampler ddim --eta 1.5", "--eta must be a number from 0 to 1, but is 1.5.")]
    [InlineData("sample {model} --sampler ddim --eta -0.1", "--eta must be a number from 0 to 1, but is -0.1.")]
    [InlineData("sample {model} --sampler ddim --eta nan", "--eta must be a number from 0 to 1, but is nan.")]
    [InlineData("sample {model} --ddim-noise kept", "--ddim-noise kept goes with --sampler ddim, but the sampler is ddpm.")]
    [InlineData(
        "sample {model} --signal-to-noise 0.5",
        "--signal-to-noise goes with --sampler langevin or predictor-corrector, but the sampler is ddpm.")]
    [InlineData(
        "sample {model} --sampler ddim --steps-per-level 2",
        "--steps-per-level goes with --sampler langevin or predictor-corrector, but the sampler is ddim.")]
    [InlineData(
        "sample {model} --sampler langevin --steps-per-level 1",
        "--steps-per-level must be at least * for r = 0.4 at these 20 noise levels, for the noise grows from level to level where the "
            + "steps do not remove it, but is 1.")]
    [InlineData(
        "sample {model} --sampler langevin --signal-to-noise 0.01",
        "--sampler langevin needs noise levels so near to each other that 100 Langevin steps at each suffice for r = 0.01, but these 20 "
            + "need more: take more levels, or a larger r.")]
    [InlineData(
        "sample {model} --sampler langevin --signal-to-noise 0.8",
        "--signal-to-noise must be at most 0.707 where *, but is 0.8.")]
    [InlineData(
        "sample {model} --sampler predictor-corrector --signal-to-noise 0", "--signal-to-noise must be a number above 0, but is 0.")]
    [InlineData("sample {model} --eta 0.5", "--eta goes with --sampler ddim, but the sampler is ddpm.")]
    [InlineData("sample {model} --seed one", "--seed must be a whole number, but is one.")]
    [InlineData("sample {model} --seed 9223372036854775808", "--seed must be a whole number of 64 bits, but is 9223372036854775808.")]
    [
        InlineData(
            "fill {gray} --out {filled} --quantiles 1,0.5,0",
            "--quantiles must leave out something, for the scores of their band, but reach from 0 to 1."),
    ]
    [InlineData("sample {model} --noise pink", "--noise must be per-sample or stream, but is pink.")]
    [InlineData("sample {model} --count 0", "--count must be at least 1, but is 0.")]
    [InlineData("sample {model} --batch-size 0", "--batch-size must be at least 1, but is 0.")]
    [InlineData("sample {model} --rounding up", "--rounding must be nearest or truncate, but is up.")]
    [InlineData("sample {model} --dtype int8", "--dtype must be float32 or bfloat16, but is int8.")]
    [InlineData("sample {model} --device tpu", "--device must be cpu, cuda or cuda:N, but is tpu.")]
    [InlineData("sample {model} --label 1", "--label goes with a class-conditional model, but {model} has no classes.")]
    [InlineData("sample {model} --guidance 2", "--guidance goes with --label or --weak-model: it strengthens a class, or leads away from a "
        + "weaker model.")]
    [
        InlineData(
            "sample {given}",
            "{given} must be given its conditions (low (spatial, 1)), but low is missing: --condition low=pictures, or low=none for "
                + "zeros."),
    ]
    [
        InlineData(
            "evaluate fid {gray} {given} --features pixels",
            "{given} must be given its conditions (low (spatial, 1)), but low is missing: *"),
    ]
    [InlineData("sample {given} --condition low", "--condition must be name=path, such as low=pictures, but is low.")]
    [InlineData("sample {given} --condition low=", "--condition must be name=path, such as low=pictures, but is low=.")]
    [
        InlineData(
            "sample {given} --condition low=a --condition low=b", "--condition must name a condition once, but has low twice."),
    ]
    [InlineData("sample {given} --condition hue=none", "--condition must be of {given}, low, but is of hue.")]
    [
        InlineData(
            "sample {model} --condition low=none", "--condition goes with a model that is given conditions, but {model} has none."),
    ]
    [
        InlineData(
            "sample {given} --condition low={wrong.safetensors}",
            "--condition low: {wrong.safetensors}: y must be floating-point [N, 1, 8, 8], but is float32 [2, 1, 8, 4]."),
    ]
    [InlineData("sample {classes} --label 3", "--label must be all, or classes 0 … 2 of {classes} with commas between, but has 3.")]
    [
        InlineData(
            "sample {classes} --label 1,",
            "--label must be all, or classes 0 … 2 of {classes} with commas between, but has an empty place."),
    ]
    [InlineData("sample {classes} --label 1 --guidance -1", "--guidance must be a number 0 or more, but is -1.")]
    [InlineData("sample {model} --start {x.safetensors} --count 3", "--start has x_T of 2 samples, but --first 0 and --count 3 ask for 3.")]
    [InlineData("sample {model} --out {gray}", "--out must be a folder, but {gray} is a file.")]
    [
        InlineData(
            "evaluate bpd {model} {colour}",
            "{colour} has images [1, 4, 8], but {model} is a model of [1, 8, 8]; --size 8 brings them to its size."),
    ]
    [
        InlineData(
            "distill {model} --steps 5",
            "{model} cannot be distilled so: Steps times Substeps must be below 20, the timesteps of the process, but is 5 · 4 = 20."),
    ]
    [
        InlineData(
            "distill {model} --steps 2 --teach-guidance 2",
            "{model} cannot be distilled so: teacher must have classes for Guidance 2, but UNet has none."),
    ]
    [InlineData("distill {model} --steps 0", "--steps must be at least 1, but is 0.")]
    [InlineData("distill {model} --solver ddpm", "--solver must be ddim, dpm-solver++ or ipndm, but is ddpm; did you mean ddim?")]
    [InlineData("distill {model} --label-dropout 2", "--label-dropout must be a number from 0 to 1, but is 2.")]
    [InlineData("distill", "ddpm distill needs <model>: The model folder of the teacher, such as ddpm-run/model. See ddpm distill --help.")]
    [InlineData("evaluate bpd {model} {gray} --steps 99", "--steps must be at most 20, the timesteps of {model}, but is 99.")]
    [
        InlineData(
            "evaluate bpd {model} {gray} --size 8",
            "--size, --grayscale, --background and --skip-damaged go with folders of images, but {gray} is a file."),
    ]
    [InlineData("evaluate fid {gray} {gray}", "ddpm evaluate fid needs --features <pixels|net.pt>: What is compared: *")]
    [InlineData("evaluate fid {gray} --features pixels", "ddpm evaluate fid needs <samples>, or --save-stats.")]
    [
        InlineData(
            "evaluate fid {gray} --features pixels --save-stats {s.npz} --test {gray}",
            "--test goes with <samples>, which are measured against it."),
    ]
    [
        InlineData(
            "evaluate fid {gray} {colour} --features pixels",
            "Pixels can only be compared of images of one shape, but {gray} has [1, 8, 8] and {colour} [1, 4, 8]; --size brings those of "
                + "folders to one size."),
    ]
    [
        InlineData(
            "evaluate fid {colour} {gray} --features pixels",
            "Pixels can only be compared of images of one shape, but {colour} has [3, 4, 8] and {gray} [1, 8, 8]; --size brings those of "
                + "folders to one size."),
    ]
    [
        InlineData(
            "evaluate fid {gray} {gray} --features pixels --feature-size 9",
            "--return-features and --feature-… go with a network, but --features is pixels."),
    ]
    [
        InlineData(
            "evaluate fid {gray} {gray} --features pixels --feature-std 1,0,1",
            "--feature-std must be three numbers above 0 with commas between, but is 1,0,1."),
    ]
    [
        InlineData(
            "evaluate kid {statistics.npz} {gray} --features pixels",
            "{statistics.npz} has statistics, which only the reference of fid can be; images are needed here."),
    ]
    [
        InlineData(
            "evaluate kid {gray} {gray} --features pixels --subset-size 9",
            "--subset-size must be at most 8, the images of the smallest set, but is 9."),
    ]
    [InlineData("evaluate is {gray} --features pixels", "--features must be a classifier for the Inception Score, but is pixels.")]
    [InlineData("evaluate is {gray} --features {net.pt} --splits 9", "--splits must be at most 8, the number of samples, but is 9.")]
    [InlineData("evaluate is {model} --features {net.pt}", "--count must say how many samples {model} is to draw: nothing else does.")]
    [
        InlineData(
            "evaluate copies {gray} {gray} --features {net.pt} --plot pairs.png",
            "--plot goes with --features pixels, but --features is {net.pt}."),
    ]
    [
        InlineData(
            "evaluate copies {gray} {gray} --features pixels --plot pairs.gif",
            "--plot must be a file that ends with .png or .svg, but is pairs.gif."),
    ]
    [
        InlineData(
            "evaluate copies {gray} {model} --features pixels",
            "--count must say how many samples {model} is to draw: nothing else does."),
    ]
    [
        InlineData(
            "evaluate pr {gray} {gray} --features pixels --neighbours 8",
            "<reference> must have more than 8 images for so many neighbours, but has 8."),
    ]
    [
        InlineData(
            "convert {model}",
            "ddpm convert needs <out>: The folder to write, in the layout of diffusers' DDPMPipeline. See ddpm convert --help."),
    ]
    [InlineData("evaluate bpd {model} {gray} --plot {p.pdf}", "--plot must be a file that ends with .png or .svg, but is {p.pdf}.")]
    [InlineData("convert {model} {classes}", "{classes} is not empty: give another folder, or --overwrite.")]
    [InlineData("convert {model} {gray}", "{gray} must be a folder, but is a file.")]
    [InlineData(
        "convert {model} {new} --dtype float8", "--dtype must be float32, float16 or bfloat16, but is float8; did you mean float32?")]
    public void Run_WrongCommandLine_IsOneLineAndCodeTwo(string command, string message) => AssertMistake(command, 2, message);

    [Theory]
    [InlineData("sample {nowhere}", "The folder {nowhere} does not exist.")]
    [InlineData("sample {colour}", "{colour} is not a model folder: it has no unet/config.json and no config.json.")]
    [InlineData("sample {model/unet}", "{model/unet} holds a network alone: *")]
    [InlineData("sample {pickle}", "*pickle*Convert it once in Python: *")]
    [InlineData("sample {broken}", "{broken/unet/config.json} is not valid JSON: *")]
    [
        InlineData(
            "sample {two}",
            "{two} must be a model of images of 1 or 3 channels, but is one of 2 channels: nothing else fits in a picture."),
    ]
    [
        InlineData(
            "evaluate bpd {given} {gray}",
            "{given} must be a model without conditions, but its network is given low: a program of yours computes its bits/dim with *"),
    ]
    [InlineData("sample {given} --condition low={nowhere}", "--condition low: there is no folder and no file {nowhere}.")]
    [InlineData("sample {model} --start {nowhere}", "--start: there is no file {nowhere}.")]
    [InlineData("sample {model} --start {gray}", "{gray} says that its header is *")]
    [
        InlineData(
            "sample {model} --start {wrong.safetensors}",
            "{wrong.safetensors}: y must be floating-point [N, 1, 8, 8], but is float32 [2, 1, 8, 4]."),
    ]
    [
        InlineData(
            "sample {model} --start {many.safetensors}",
            "{many.safetensors} must have a tensor x_T, or one tensor only, but has a, b."),
    ]
    [InlineData("sample {model} --start {nan.safetensors}", "{nan.safetensors}: x_T must be finite, but holds NaN or an infinity.")]
    [InlineData("evaluate bpd {model} {nowhere}", "There is no folder and no file {nowhere}.")]
    [
        InlineData(
            "evaluate bpd {model} {model}",
            "{model} must have images (.png, *.wbmp), but has none; left out: 3 not read by their ending .json (*"),
    ]
    [InlineData("evaluate bpd {model} {net.pt}", "{net.pt} must begin as an IDX file of bytes with 1 to 4 axes, *")]
    [
        InlineData(
            "evaluate fid {gray} {gray} --features {nowhere}",
            "--features must be pixels or a TorchScript file, but there is no file {nowhere}."),
    ]
    [InlineData("evaluate fid {gray} {gray} --features {gray}", "{gray} is not a TorchScript file that can be loaded: *")]
    [InlineData("evaluate kid {s.npz} {gray} --features pixels", "{s.npz} is no .npz file, or is damaged: *")]
    [InlineData("evaluate fid {none.npz} {gray} --features pixels", "There is no file {none.npz}.")]
    [InlineData("evaluate fid {s.npz} {gray} --features pixels", "{s.npz} is no .npz file, or is damaged: *")]
    [InlineData(
        "evaluate fid {gray} --features pixels --save-stats {nowhere/s.npz}",
        "--save-stats must be a file that can be written, but {nowhere/s.npz} is not: the folder {nowhere} does not exist.")]
    [InlineData(
        "evaluate bpd {model} {gray} --plot {nowhere/p.svg}",
        "--plot must be a file that can be written, but {nowhere/p.svg} is not: the folder {nowhere} does not exist.")]
    [InlineData(
        "evaluate bpd {model} {gray} --progress-file {colour}",
        "--progress-file must be a file that can be written, but {colour} is not: it is a folder.")]
    [InlineData("evaluate bpd {model} {colour/a.png}", "{colour/a.png} is one image, but images must be a folder of images *")]
    [InlineData("train --data {nowhere} --out {out}", "--data: there is no folder and no file {nowhere}.")]
    [InlineData("train --data {colour/a.png} --out {out}", "{colour/a.png} is one image, but images must be a folder of images *")]
    [InlineData(
        "train --data {gray} --channels 8 --multipliers 1 --blocks 1 --steps 1 --out {gray}",
        "--out must be a folder to write into, but {gray} is not: *")]
    [InlineData("sample {model} --out {gray/samples}", "--out must be a folder to write into, but {gray/samples} is not: *")]
    [InlineData("sample {gray}", "{gray} is a file, not a model folder.")]
    [InlineData("sample {run}", "{run} is no model folder, but holds one: {run/model}.")]
    [
        InlineData(
            "evaluate fid {colour} {damaged} --features pixels",
            "{damaged/b.png} is not an image that can be read (PNG, * expected), or it is damaged."),
    ]
    [InlineData("inspect {nowhere}", "There is no folder and no file {nowhere}.")]
    [InlineData("inspect {gray}", "{gray} says that its header is *")]
    [InlineData("inspect {colour}", "{colour} is not a model folder: it has no unet/config.json and no config.json.")]
    [InlineData("convert {nowhere} {new}", "The folder {nowhere} does not exist.")]
    public void Run_WhatIsNamedIsWrong_IsOneLineAndCodeOne(string command, string message) => AssertMistake(command, 1, message);

    private void AssertMistake(string command, int expected, string message)
    {
        string[] words = command.Split(' ');
        (int code, string output, string error) = here.Run(
            words[0] == "sample" && words.Length > 1 && !words.Contains("--out") ? [.. words, "--out", "{out}"] : words);
        error.Trim().Should().Match(here.Place(message)).And.NotContain("\n").And.NotContain("   at ");
        code.Should().Be(expected);
        output.Split('\n').Should().OnlyContain(line => !line.StartsWith('{'));
        Directory.Exists(here["new"]).Should().BeFalse("nothing is left behind");
        if (Directory.Exists(here["out"])) Directory.GetFiles(here["out"], "*.png", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
