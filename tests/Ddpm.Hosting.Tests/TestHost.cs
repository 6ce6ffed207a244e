using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests;

/// <summary>Services with models, without a host around them.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    public TestHost(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        provider = services.BuildServiceProvider();
    }

    public IServiceProvider Services => provider;

    public IDdpmService Service => provider.GetRequiredService<IDdpmService>();

    /// <summary>One model with a gate.</summary>
    public static TestHost Gated(GatedNetwork network, Action<DdpmOptions>? configure = null) =>
        Of(network.Model, configure);

    /// <summary>One model.</summary>
    public static TestHost Of(Func<InferenceModel> load, Action<DdpmOptions>? configure = null) => new(services =>
        services.AddDdpm(options =>
        {
            options.Load = load;
            configure?.Invoke(options);
        }));

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (int wait = 0; !condition(); wait++)
        {
            if (wait == 6000) throw new TimeoutException("A minute was not enough: " + what);
            await Task.Delay(10);
        }
    }

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}
