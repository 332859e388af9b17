using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Markets;

namespace QuantumCore.Gateway.Orders;

/// <summary>Order entry with cancels, amendments, freezes, operations on books, and reads.</summary>
public static class OrderServices
{
    /// <summary>Adds order entry. It needs the grains, the listings, the metrics and the options beside it.</summary>
    public static IServiceCollection AddOrderEntry(this IServiceCollection services) => services
        .AddSingleton<ReferencePrices>()
        .AddSingleton(new ShownSequences())
        .AddSingleton<BookCalls>()
        .AddSingleton<AccountQueries>()
        .AddSingleton<MassCancellation>()
        .AddSingleton<CancelOnDisconnect>()
        .AddSingleton<FreezeControl>()
        .AddSingleton<OwnerBlocks>()
        .AddSingleton<BookControl>()
        .AddSingleton<OrderPreparation>()
        .AddSingleton<OrderEntry>()
        .AddSingleton<LinkedOrders>()
        .AddSingleton<SignalOrders>()
        .AddSingleton<CancelReplace>();
}
