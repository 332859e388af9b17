using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Grains.Accounts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>Adds the services that a silo needs for the exchange's grains.</summary>
public static class ExchangeGrains
{
    /// <summary>
    /// Adds the grains' services. The host adds:
    /// an <see cref="IJournalStore"/> and a history store, both initialised before the first call;
    /// an <see cref="IPayoutReceiver"/> for withdrawals;
    /// an <see cref="ISettlementReceiver"/> for settlement batches;
    /// reminders;
    /// and the grain runtime itself.
    /// </summary>
    public static IServiceCollection AddExchangeGrains(
        this IServiceCollection services, JournalWriterOptions? journal = null, KeepOptions? keep = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new JournalWriter(
            provider.GetRequiredService<IJournalStore>(),
            journal ?? new JournalWriterOptions
            {
                StoreFailed = failure => GrainLog.CommitFailed(
                    provider.GetRequiredService<ILogger<JournalWriter>>(), failure.Message),
                Committed = GrainMetrics.Committed,
                Advanced = provider.GetRequiredService<LedgerNotices>().Note,
            },
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LedgerNotices>();
        services.AddSingleton<InstrumentCatalog>();
        services.AddSingleton<MarkPriceCache>();
        services.AddSingleton<AccountBookReader>();
        services.AddSingleton<TurnWatch>();
        services.AddSingleton<SnapshotMaker>();
        services.AddHostedService(provider => provider.GetRequiredService<SnapshotMaker>());
        services.AddSingleton<OrderRecovery>();
        services.AddSingleton<FundsRecovery>();
        services.AddSingleton<TradeChangeRecovery>();
        services.AddSingleton<RecoveryAgent>();
        services.AddHostedService(provider => provider.GetRequiredService<RecoveryAgent>());
        services.AddSingleton<BookActivation>();
        services.AddSingleton<MarginRounds>();
        services.AddSingleton<VolumeRounds>();
        services.AddSingleton<SettlementRounds>();
        services.AddSingleton<CorporateActionRounds>();
        services.AddSingleton<ScheduledWork>();
        services.AddHostedService(provider => provider.GetRequiredService<ScheduledWork>());
        services.AddHostedService<EpochWatch>();
        services.AddSingleton(keep ?? new KeepOptions());
        services.AddSingleton<JournalKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalKeeper>());
        services.AddMetrics();
        services.AddHostedService<JournalGauges>();
        services.AddHostedService<ClockWatch>();
        return services;
    }
}
