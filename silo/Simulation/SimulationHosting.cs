namespace QuantumCore.Silo.Simulation;

/// <summary>What shapes the simulated market and lets clients' requests fail; only where the operator gave it a port.</summary>
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

    /// <summary>Comes after the calls' routes were chosen, and before they are carried out.</summary>
    public static void UseSimulation(this WebApplication app, SiloOptions options)
    {
        app.Services.GetRequiredService<SimulationCalls>().Map(app);
        if (options.AdminPort is { } port)
        {
            var edge = app.Services.GetRequiredService<FaultyEdge>();
            app.UseWhen(context => context.Connection.LocalPort != port, clients => clients.Use(edge.ServeAsync));
        }
    }
}
