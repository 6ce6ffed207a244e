using System.Globalization;
using Ddpm.Core;
using Ddpm.TrainingWorker;
using TorchSharp;

// Trains, so that ResumeTests can kill it: <folder> <steps> <accumulation> <plain|full>. Goes on from the newest checkpoint, and tells of
// every step.
TorchRuntime.EnsureLoaded();
Train(args[0], long.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture), args[3] == "full");

// torch in a method of its own: it must not be touched before EnsureLoaded has run.
static void Train(string folder, long steps, int accumulation, bool full)
{
    torch.set_num_threads(1);
    Training.Run(folder, steps, accumulation, full, new Teller());
}
