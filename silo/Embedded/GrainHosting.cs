using System.Collections.Immutable;
using System.Diagnostics;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Grains;

namespace QuantumCore.Silo;

/// <summary>The grain runtime of this process: the embedded one, which is one silo by itself.</summary>
internal static class GrainHosting
{
    private const string Role = "all";

    /// <summary>Where the runtime's spans come from.</summary>
    public static IReadOnlyList<string> TraceSources { get; } = [LocalGrainOptions.TraceSource];

    /// <summary>Refuses options that this build can't keep.</summary>
    /// <exception cref="FormatException">The message is for the user.</exception>
    public static void Check(SiloOptions options)
    {
        if (options.IsOfCluster)
            throw new FormatException("--cluster, --role, --tag, --advertise, --silo-port and --gateway-port need a build with -p:GrainRuntime=Orleans.");
    }

    /// <summary>Nothing but the exchange's own stores.</summary>
    public static Task PrepareAsync(SiloOptions options, CancellationToken cancellationToken) => Task.CompletedTask;

    public static void AddGrainRuntime(this WebApplicationBuilder builder, SiloOptions options)
    {
        builder.Services.AddSingleton<ReadSilos>(services => _ => Task.FromResult(Self(services, options)));
        builder.Services.AddSingleton<ReadBookPlaces>(static (pins, _) => Task.FromResult(ImmutableArray.CreateRange(
            pins, static pin => new BookPlace(SiloOptions.ProcessName, pin.Silo == Role || pin.Silo == SiloOptions.ProcessName))));
        builder.Services.AddLocalGrains(grains =>
        {
            grains.GrainAssemblies.Add(typeof(ExchangeGrains).Assembly);
            grains.StreamProviders.Add(EventStreams.Provider);
            grains.ResponseTimeout = Gateway.GatewayOptions.GrainPatience;
            grains.ActivationTimeout = GrainLimits.Activation;
            grains.LongTurn = options.LongTurn;
            grains.DeactivationTimeout = GrainLimits.Deactivation;
            grains.MaxRequestsPerActivation = GrainLimits.RequestsPerActivation;
        });
    }

    private static ImmutableArray<SiloView> Self(IServiceProvider services, SiloOptions options)
    {
        using var self = Process.GetCurrentProcess();
        var counts = services.GetRequiredService<LocalGrains>().CountActivations()
            .Select(kind => GrainCount.Of(kind.Key, kind.Value)).OrderBy(count => count.Type, StringComparer.Ordinal);
        return
        [
            new SiloView(
                SiloOptions.ProcessName, options.Urls, Role, "active",
                new DateTimeOffset(self.StartTime.ToUniversalTime()), IsThis: true, [.. counts]),
        ];
    }
}
