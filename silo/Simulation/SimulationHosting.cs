namespace QuantumCore.Silo.Simulation;

/// <summary>
/// Hosting of the simulated market's controls and of client faults, where the exchange may be a demo.
/// </summary>
internal static class SimulationHosting
{
    public static void AddSimulation(this IServiceCollection services)
    {
        services.AddSingleton<MarketClock>();
        services.AddSingleton<ReplayBoard>();
        services.AddSingleton<RecordingFolder>();
        services.AddSingleton<ReplayRunner>();
        services.AddHostedService(static provider => provider.GetRequiredService<ReplayRunner>());
        services.AddSingleton<ClientFaults>();
        services.AddSingleton<FaultyEdge>();
        services.AddSingleton<SimulationCalls>();
    }

    /// <summary>Adds the calls and the faults, after routing and before the endpoints run.</summary>
    public static void UseSimulation(this WebApplication app, SiloOptions options)
    {
        app.Services.GetRequiredService<SimulationCalls>().Map(app);
        if (!options.MayBeDemo)
            return;

        // Calls that remove a fault must not meet it.
        var edge = app.Services.GetRequiredService<FaultyEdge>();
        app.UseWhen(
            context => context.Connection.LocalPort != options.AdminPort
                && !context.Request.Path.StartsWithSegments(SimulationCalls.Root, StringComparison.Ordinal),
            clients => clients.Use(edge.ServeAsync));
    }
}
