using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Streams;

/// <summary>Configures the streams between grains as a provider of Orleans streams.</summary>
public static class EventStreamHosting
{
    // Poll interval of the agent while a new stream is registered. Otherwise it waits for the queue.
    private static readonly TimeSpan s_registering = TimeSpan.FromMilliseconds(10);

    // Undelivered events are read from the journal, so a failing subscriber is not held up by old ones.
    private static readonly TimeSpan s_delivery = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Adds <see cref="EventStreams.Provider"/>. Each silo has one queue in memory. Its agent delivers what the silo's
    /// own grains publish, to subscribers on any silo. Subscriptions are implicit.
    /// </summary>
    public static ISiloBuilder AddEventStreams(this ISiloBuilder silo) => silo.AddPersistentStreams(
        EventStreams.Provider,
        static (_, name) => new EventQueue(name),
        static streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePartitionBalancing(static (services, name) =>
                new OwnQueue((EventQueue)services.GetRequiredKeyedService<IQueueAdapterFactory>(name)));
            streams.ConfigurePullingAgent(static agent => agent.Configure(static pulling =>
                (pulling.GetQueueMsgsTimerPeriod, pulling.MaxEventDeliveryTime) = (s_registering, s_delivery)));
        });
}
