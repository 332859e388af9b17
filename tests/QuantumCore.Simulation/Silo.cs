using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Timers;
using QuantumCore.Clearing;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.Simulation.Host;

namespace QuantumCore.Simulation;

#pragma warning disable CA1001 // Its writer has no thread, and a silo only ever ends by being killed.
/// <summary>
/// A process of the exchange: the product's own grains, journal writer, agent, watch and gateway, on the simulated
/// scheduler, clock, network and database.
/// </summary>
internal sealed class Silo
{
    private static readonly MethodInfo s_execute =
        typeof(BackgroundService).GetMethod("ExecuteAsync", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>
    /// Keeper options with records that are old after a second, for some seeds. Seeds known to meet rare rules are
    /// excluded.
    /// </summary>
    private static readonly KeepOptions s_keep = new()
    {
        PackAfter = TimeSpan.FromSeconds(1),
        Look = TimeSpan.FromSeconds(2),
        Limits = new PackLimits { MaxFrames = 12, MaxSlices = 16, SliceBytes = 700 },
    };

    private readonly World _world;
    private readonly ServiceProvider _services;
    private readonly ServiceProvider _gateway;
    private readonly JournalWriter _writer;
    private bool _stepping;

    public Silo(World world, string name)
    {
        _world = world;
        Owner = new Owner(world, name);
        Clock = new SimClock(world, Owner);
        var store = new SiloStore(world, this);
        _writer = new JournalWriter(
            store,
            new JournalWriterOptions
            {
                MaxPendingRecords = 256,
                MaxFrameRecords = 64,
                Advanced = (stream, sequence, bodies) => _services!.GetRequiredService<LedgerNotices>()
                    .Note(stream, sequence, bodies),
            },
            Clock,
            world.Next(long.MaxValue),
            ScheduleStep);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<ILoggerFactory>(new StoryLog(world, name));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IHostApplicationLifetime, ApplicationLifetime>();
        services.AddSingleton<IJournalStore>(store);
        services.AddSingleton(new HistoryStore(new SiloHistory(world, Owner)));
        services.AddSingleton<IPayoutReceiver>(new SiloBank(world, this));
        services.AddSingleton<ISettlementReceiver>(new SiloDepository(world, this));
        services.AddSingleton(provider => new GrainHost(world, this, provider));
        services.AddSingleton<IGrainRuntime>(provider => provider.GetRequiredService<GrainHost>());
        services.AddSingleton<ITimerRegistry>(provider => provider.GetRequiredService<GrainHost>());
        services.AddSingleton(provider => provider.GetRequiredService<GrainHost>().GrainFactory);
        services.AddSingleton<IPersistentStateFactory>(new HostedStates(world, store));
        services.AddSingleton<IReminderRegistry>(new HostedReminders(world, store));
        services.AddSingleton<IClusterMembershipService>(new HostedMembership(world));
        services.AddKeyedSingleton<IStreamProvider>(
            KeyedService.AnyKey,
            (provider, name) => new HostedStreamProvider(provider.GetRequiredService<GrainHost>(), (string)name!));
        services.AddExchangeGrains(keep: s_keep);
        services.AddSingleton(_writer);
        _services = services.BuildServiceProvider();
        Host = _services.GetRequiredService<GrainHost>();
        Grains = Host.GrainFactory;
        _gateway = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(Grains)
            .AddSingleton<Listings>()
            .AddSingleton(Metrics)
            .AddSingleton(new GatewayOptions { HasOneWriter = world.HoldsAhead })
            .AddOrderEntry()
            .BuildServiceProvider();
        Money = new MoneyEntry(Grains, NullLogger<MoneyEntry>.Instance);
    }

    /// <summary>Metrics shared by all silos of all worlds: nobody reads them.</summary>
    private static GatewayMetrics Metrics { get; } = new(
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private bool Packs => _world.Seed % 13 is 4 or 7 or 10;

    public Owner Owner { get; }

    public SimClock Clock { get; }

    /// <summary>Activations of this silo.</summary>
    public GrainHost Host { get; }

    public IGrainFactory Grains { get; }

    /// <summary>Order entry.</summary>
    public OrderEntry Orders => _gateway.GetRequiredService<OrderEntry>();

    /// <summary>Entry of lists and multileg orders.</summary>
    public LinkedOrders LinkedOrders => _gateway.GetRequiredService<LinkedOrders>();

    /// <summary>Cancels and amendments of single orders.</summary>
    public CancelReplace CancelReplace => _gateway.GetRequiredService<CancelReplace>();

    /// <summary>Mass cancels.</summary>
    public MassCancellation MassCancellation => _gateway.GetRequiredService<MassCancellation>();

    /// <summary>Freezes of accounts.</summary>
    public FreezeControl Freezes => _gateway.GetRequiredService<FreezeControl>();

    /// <summary>Operators' calls on books.</summary>
    public BookControl Operations => _gateway.GetRequiredService<BookControl>();

    /// <summary>Reads of orders and accounts.</summary>
    public AccountQueries Accounts => _gateway.GetRequiredService<AccountQueries>();

    /// <summary>Transfers and withdrawals.</summary>
    public MoneyEntry Money { get; }

    /// <summary>Starts the background services of a silo.</summary>
    public void Start()
    {
        _world.MembershipVersion++;
        ScheduleStep();
        foreach (var service in _services.GetServices<IHostedService>().OfType<BackgroundService>()
            .Where(service => Packs || service is not JournalKeeper))
            _ = Owner.Run(() => (Task)s_execute.Invoke(service, [CancellationToken.None])!);
    }

    /// <summary>Ends it like SIGKILL. A commit in flight may still land.</summary>
    public void Kill(string when)
    {
        if (Owner.IsDead)
            return;

        _world.Tell($"{Owner.Name} is killed {when}");
        Owner.Die();
        _world.Silos.Remove(this);
        _world.MembershipVersion++;

        // A real process takes its meters with it. Here they would keep every silo alive.
        _services.GetRequiredService<IMeterFactory>().Dispose();
    }

    // The writer's thread: one step at a time, some time after it is woken.
    private void ScheduleStep() => ScheduleStep(_world.Within(20, 2_000));

    private void ScheduleStep(TimeSpan wait)
    {
        if (_stepping)
            return;

        _stepping = true;
        new SimTimer(_world, Owner, _ => Step(), null).Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Step()
    {
        _stepping = false;
        if (_writer.Step() is { } pause && pause != Timeout.InfiniteTimeSpan)
            ScheduleStep(_world.Within(1_000, 600_000));
    }
}
