using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>
/// An account for one connection: all balances and open orders at first, then what changed of them, merged. An order that
/// is open no more is named; how it ended is one call away.
/// </summary>
internal sealed class AccountSource(
    StreamHolder holder, OrderEntry entry, Listings listings, TimeProvider time, Pacing pacing, ILogger log) : IStreamSource
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private Newest? _newest;
    private AccountView? _told;
    private bool _hasEnded;

    /// <summary>Begins to follow.</summary>
    public void Start() => _ = Follow(_over.Token);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        pacing.Told();
        lock (_lock)
        {
            if (_hasEnded)
                return [StreamJson.Ended];
            if (_newest is not { } newest || ReferenceEquals(newest.View, _told))
                return [];

            var told = _told;
            _told = newest.View;
            return [StreamJson.Bytes(to => Write(to, newest, told))];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pacing.Dispose();
        _over.Cancel();
        _over.Dispose();
    }

    /// <summary>Follows the account until the connection lets go of it. What grains throw ends here.</summary>
    private async Task Follow(CancellationToken over)
    {
        var (version, places) = (-1L, ImmutableArray<SeenSequence>.Empty);
        while (!over.IsCancellationRequested)
        {
            try
            {
                // Asked after each wait, some seconds at most: who has been signed out is told nothing more.
                var change = await entry.WaitForChange(holder.Account, version, places);
                if (!await holder.MayStill())
                {
                    End();
                    return;
                }

                if (change is null)
                    continue;

                (version, places) = (change.Version, change.View.Cursors);
                var newest = new Newest(change.View, await listings.BySymbol());
                lock (_lock)
                {
                    _newest = newest;
                }

                pacing.Due();
            }
            catch (Exception error)
            {
                Log.CallFailed(log, "WaitForChange", holder.Account, 1, error);
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
        }

        pacing.Due();
    }

    private static void Write(Utf8JsonWriter to, Newest newest, AccountView? told)
    {
        var view = newest.View;
        var known = told?.OpenOrders.ToDictionary(order => order.Number) ?? [];
        var cursors = view.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
        to.WriteStartObject();
        to.WriteString("type"u8, "account"u8);
        to.WriteBoolean("snapshot"u8, told is null);
        to.WriteString("account"u8, new AccountId(view.Account).ToString());
        to.WriteNumber("sequence"u8, view.Sequence);
        to.WriteString("state"u8, view.IsFrozen ? "frozen"u8 : "open"u8);
        to.WriteBalances(told is null ? view.Balances : view.Balances.Except(told.Balances));
        to.WriteStartArray("orders"u8);
        foreach (var order in view.OpenOrders)
        {
            if (!known.Remove(order.Number, out var before) || before != order)
            {
                if (newest.Listed.ContainsKey(order.Symbol))
                    to.WriteOpenOrder(order, view.Account, cursors.GetValueOrDefault(order.Symbol), newest.Listed);
            }
        }

        to.WriteEndArray();
        to.WriteStartArray("closed"u8);
        foreach (var order in known.Values.OrderBy(order => order.Number))
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, order.Symbol);
            to.WriteNumber("orderId"u8, order.OrderId);
            to.WriteString("clientOrderId"u8, order.ClientOrderId);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>The account as it is, and the instruments that it may have orders of.</summary>
    private sealed record Newest(AccountView View, System.Collections.Frozen.FrozenDictionary<string, Instrument> Listed);
}
