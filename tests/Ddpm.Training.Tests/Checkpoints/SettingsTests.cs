using System.Collections.Immutable;
using System.Reflection;
using Ddpm.Core;
using Ddpm.Models;
using TorchSharp;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>Whatever shapes the result of a run is compared when it is resumed.</summary>
public sealed class SettingsTests
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(20, 1e-3, 0.2));

    // Options that may differ on resume, each with the reason. There is none so far.
    private static readonly Dictionary<string, string> Harmless = [];

    public static TheoryData<string> TrainingProperties => [.. Names(typeof(TrainingOptions))];

    // Names of classes decide nothing: a run goes on under others.
    public static TheoryData<string> NetworkProperties =>
    [
        .. Names(typeof(UNetOptions)).Where(name => name != nameof(UNetOptions.ClassNames)),
        .. Names(typeof(MlpOptions)).Select(name => $"Mlp.{name}"),
    ];

    public static TheoryData<string> ProcessProperties => [.. Names(typeof(ReverseDiffusionOptions))];

    [Theory]
    [MemberData(nameof(TrainingProperties))]
    public void TrainingOptions_EachProperty_IsComparedOnResume(string name) =>
        AssertCompared(new TrainingOptions(), name, options => SettingText.Properties(options, ""));

    [Theory]
    [MemberData(nameof(NetworkProperties))]
    public void NetworkOptions_EachProperty_IsComparedOnResume(string name)
    {
        bool isMlp = name.StartsWith("Mlp.", StringComparison.Ordinal);
        object options = isMlp ? new MlpOptions { Dimensions = 2 } : new UNetOptions();
        AssertCompared(options, name.Split('.')[^1], changed => SettingText.Properties(changed, "Network."));
    }

    [Theory]
    [MemberData(nameof(ProcessProperties))]
    public void ProcessOptions_EachProperty_IsComparedOnResume(string name) =>
        AssertCompared(new ReverseDiffusionOptions(), name, options => SettingText.Properties(options, "Process."));

    [Fact]
    public void Restore_OtherDropout_IsRefusedThoughAllTensorsFit()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-settings-");
        try
        {
            using UNet network = new(TinyNetwork.Options with { Dropout = 0 }, 1);
            using UNet other = new(TinyNetwork.Options with { Dropout = 0.5 }, 1);
            using Trainer trainer = Trainer.Create(network, Process);
            using Trainer resumed = Trainer.Create(other, Process);
            string path = Path.Combine(folder.FullName, "x");
            trainer.SaveCheckpoint(path);
            FluentActions.Invoking(() => resumed.RestoreCheckpoint(path))
                .Should().Throw<InvalidDataException>().WithMessage("*other settings*Network.Dropout: 0 then, 0.5 now.");
            using Trainer scaled = Trainer.Create(network, new RescaledTimeModel(network, 20), new SimpleObjective(Process));
            FluentActions.Invoking(() => scaled.RestoreCheckpoint(path))
                .Should().Throw<InvalidDataException>().WithMessage("*Model: absent then*20*");
            using Trainer noisy = Trainer.Create(network, new SimpleObjective(Process), noise: new PerSampleNoise(5));
            FluentActions.Invoking(() => noisy.RestoreCheckpoint(path))
                .Should().Throw<InvalidDataException>().WithMessage("*Noise: of the seed then, *5 now.");
            using Trainer longer = Trainer.Create(network, new SimpleObjective(Process), timesteps: new LossSecondMomentTimesteps(20));
            FluentActions.Invoking(() => longer.RestoreCheckpoint(path))
                .Should().Throw<InvalidDataException>().WithMessage("*Timestep sampler: UniformTimesteps then*HistoryLength 10*");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Restore_OptionThatTheCheckpointDoesNotKnow_GoesOnWhereItAsksForNothing()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-settings-");
        try
        {
            using UNet network = new(TinyNetwork.Options with { Conditions = [NetworkCondition.Vector("age", 1)] }, 1);
            using Trainer trainer = Trainer.Create(network, Process);
            string path = Path.Combine(folder.FullName, "x");
            trainer.SaveCheckpoint(path);
            // As a version wrote it that had no such option.
            ForgedCheckpoint.Edit(path, json =>
                json["settings"]!.AsObject().Remove(nameof(TrainingOptions.ConditionDropout)).Should().BeTrue());

            trainer.RestoreCheckpoint(path);

            var options = new TrainingOptions { ConditionDropout = ImmutableSortedDictionary<string, double>.Empty.Add("age", 0.5) };
            using Trainer dropping = Trainer.Create(network, Process, options);
            FluentActions.Invoking(() => dropping.RestoreCheckpoint(path))
                .Should().Throw<InvalidDataException>().WithMessage("*other settings*. ConditionDropout: absent then, *age*0.5* now.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Settings_OfAProcess_SayTheValuesBehindItsParts()
    {
        var options = new ReverseDiffusionOptions { Clipping = X0Clipping.Static(2) };
        string Clipping(X0Clipping clipping) =>
            SettingText.Properties(options with { Clipping = clipping }, "").Single(pair => pair.Key == nameof(options.Clipping)).Value;
        string[] texts =
        [
            Clipping(X0Clipping.None),
            Clipping(X0Clipping.Unit),
            Clipping(X0Clipping.Static(2)),
            Clipping(X0Clipping.Dynamic(0.9)),
            Clipping(X0Clipping.Dynamic(0.95)),
        ];
        texts.Should().OnlyHaveUniqueItems();
    }

    private static string[] Names(Type type) =>
        [.. type.GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    private static void AssertCompared(object options, string name, Func<object, IEnumerable<KeyValuePair<string, string>>> settings)
    {
        if (Harmless.ContainsKey($"{options.GetType().Name}.{name}")) return;
        PropertyInfo property = options.GetType().GetProperty(name)!;
        object changed = options.GetType().GetMethod("<Clone>$")!.Invoke(options, null)!;
        property.SetValue(changed, Another(property.PropertyType, property.GetValue(options)));
        string[] differences = [.. settings(changed).Except(settings(options)).Select(pair => pair.Key.Split('.')[^1])];
        differences.Should().Equal([name], "a run must be refused when {0} is another", name);
    }

    private static object Another(Type type, object? value) => (Nullable.GetUnderlyingType(type) ?? type, value) switch
    {
        (_, bool flag) => !flag,
        (_, int number) => number + 1,
        (_, long number) => number + 1,
        (_, double number) => number / 2 + 0.01,
        (_, ImmutableArray<int> numbers) => numbers.Add(1),
        (_, ImmutableArray<NetworkCondition> conditions) => conditions.Add(NetworkCondition.Vector("facts", 2)),
        (_, ImmutableSortedDictionary<string, double> shares) => shares.Add("facts", 0.5),
        (_, ImmutableArray<AverageProfile> profiles) => profiles.Add(AverageProfile.Constant()),
        (_, LearningRateDecay) => LearningRateDecay.Cosine(10),
        (_, Prediction) => Prediction.V,
        (_, ReverseVariance) => ReverseVariance.Learned,
        (_, X0Clipping) => X0Clipping.Static(3),
        (_, Enum choice) => Enum.GetValues(choice.GetType()).Cast<object>().First(other => !other.Equals(choice)),
        ({ IsEnum: true } kind, null) => Enum.ToObject(kind, (int)torch.ScalarType.BFloat16),
        ({ } kind, null) when kind == typeof(int) => 4,
        _ => throw new NotSupportedException($"Say here what another {type.Name} is."),
    };
}
