using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Samples;

// Draws pictures with a model folder and writes them side by side as one PNG: no tensor library, no image library.
const string usage = "usage: Anywhere [MODEL [PICTURE [STEPS [COUNT [SEED]]]]]";
long main = Stopwatch.GetTimestamp();
ProcessorImages.ContinueAsBest(args);
try
{
    string folder = args.Length > 0 ? args[0] : "samples/models/fashion-mnist";
    string picture = args.Length > 1 ? args[1] : "anywhere.png";
    int steps = Number(2, "STEPS", 20), count = Number(3, "COUNT", 1), seed = Number(4, "SEED", 1);
    if (args.Length > 5) throw new ArgumentException(usage);

    using InferenceModel model = InferenceModel.Load(folder);
    using InferenceSampler sampler = model.CreateSampler(SamplingMethod.DpmSolver, new InferenceSamplerOptions { Steps = steps });
    var request = new InferenceRequest { Count = count, Seed = seed };
    if (model.Network.ClassCount > 0)
    {
        request = request with { Labels = [.. Enumerable.Range(0, count).Select(k => (long)k % model.Network.ClassCount)] };
    }

    if (model.SampleShape is not [1 or 3, _, _]) throw new ArgumentException($"{folder} must draw pictures of 1 or 3 channels.");
    sampler.Prepare(request);
    double ready = SinceStart(main);
    Picture.Write(picture, sampler.Sample(request), model.SampleShape.Value, count);
    double drawn = SinceStart(main);
    int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
    Console.WriteLine($"{picture}: {count} in {steps} steps; ready after {ready:F0} ms, drawn after {drawn:F0} ms, {bits}-bit vectors");
    return 0;
}
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException or NonFiniteException
    or UnauthorizedAccessException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

int Number(int position, string name, int fallback)
{
    if (args.Length <= position) return fallback;
    if (int.TryParse(args[position], NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)) return value;
    throw new ArgumentException($"{name} must be a whole number, but is \"{args[position]}\". {usage}");
}

// Linux tells when a process began in hundredths of a second since the system did; it stays so when the process goes on as another image.
// Elsewhere, and where /proc is not mounted, the program itself is the beginning.
static double SinceStart(long main)
{
    if (!File.Exists("/proc/self/stat")) return Stopwatch.GetElapsedTime(main).TotalMilliseconds;
    string status = File.ReadAllText("/proc/self/stat"), uptime = File.ReadAllText("/proc/uptime");
    string began = status[(status.LastIndexOf(')') + 2)..].Split(' ')[19], now = uptime[..uptime.IndexOf(' ', StringComparison.Ordinal)];
    return 1000 * double.Parse(now, CultureInfo.InvariantCulture) - 10 * double.Parse(began, CultureInfo.InvariantCulture);
}
