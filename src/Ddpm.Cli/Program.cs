using Ddpm.Cli;

LibTorch.LoadLater();
return CommandLine.Run(args, Console.Out, Console.Error);
