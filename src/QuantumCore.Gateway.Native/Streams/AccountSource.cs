using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Account channel of one connection: first all balances and open orders, then merged changes. An order that is no
/// longer open is named; another call returns how it ended. Changes of earlier trades are sent one by one.
/// </summary>
internal sealed class AccountSource(
    StreamHolder holder, AccountQueries accounts, Listings listings, TimeProvider time, Pacing pacing, ILogger log)
    : IStreamSource
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();

    // State as last sent, and changes since; null for an order that is no longer open.
    private readonly Dictionary<long, OpenOrder> _told = [];
    private readonly SortedDictionary<long, OpenOrder?> _changed = [];
    private readonly List<TradeChangedEvent> _trades = [];
    private AccountView? _newest;
    private AccountView? _toldView;
    private FrozenDictionary<string, Instrument> _listed = FrozenDictionary<string, Instrument>.Empty;
    private bool _hasEnded;

    // Counted, so that a reader can detect a lost message: the account's own sequence does not move if only an order
    // does.
    private long _messages;

    /// <inheritdoc/>
    public void Start() => _ = FollowAsync(_over.Token);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        pacing.Told();
        lock (_lock)
        {
            if (_hasEnded)
                return [StreamJson.Ended];
            if (_newest is not { } newest || ReferenceEquals(newest, _toldView))
                return [];

            var message = StreamJson.Bytes(to => Write(to, newest));
            _toldView = newest;
            ReadOnlyMemory<byte>[] messages = [
                message, .. _trades.Select(told => StreamJson.Bytes(to => to.WriteTradeChanged(newest.Account, told)))];
            _trades.Clear();
            return messages;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pacing.Dispose();
        _over.Cancel();
        _over.Dispose();
    }

    /// <summary>Follows the account until the connection releases it. Exceptions of grains end here.</summary>
    private async Task FollowAsync(CancellationToken over)
    {
        var (version, places) = (-1L, ImmutableArray<SeenSequence>.Empty);
        OrdersPlace? orders = null;
        while (!over.IsCancellationRequested)
        {
            try
            {
                // Checked after each wait, some seconds at most: a signed-out client gets nothing more.
                var change = await accounts.WaitForChangeAsync(holder.Account, version, places, orders);
                if (!await holder.MayStill())
                {
                    End();
                    return;
                }

                if (change is null)
                    continue;

                // Another silo may have listed the instruments traded here.
                foreach (var symbol in change.View.OpenOrders.Select(order => order.Symbol)
                    .Concat(change.Records.Select(book => book.Symbol)).Distinct())
                    await listings.FindAsync(symbol);
                Note(change, await listings.BySymbolAsync());
                (version, places, orders) = (change.Version, change.View.Cursors, change.Place);
                pacing.Due();
            }
            catch (Exception error)
            {
                Log.CallFailed(log, "WaitForChange", holder.Account, 1, error);
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }

    private void Note(AccountChange change, FrozenDictionary<string, Instrument> listed)
    {
        lock (_lock)
        {
            if (change.Closed is not { } closed)
            {
                _changed.Clear();
                closed = [.. _told.Keys];
            }

            foreach (var number in closed)
                _changed[number] = null;
            foreach (var order in change.View.OpenOrders)
                _changed[order.Number] = order;
            _trades.AddRange(TradesChanged(change, listed));
            (_newest, _listed) = (change.View, listed);
        }
    }

    private static IEnumerable<TradeChangedEvent> TradesChanged(
        AccountChange change, FrozenDictionary<string, Instrument> listed) =>
        from book in change.Records
        where listed.ContainsKey(book.Symbol)
        from record in book.Records
        let turn = record.Record as BookTurn
        where turn is { Command: ChangeTrade }
        from own in TradeChangedEvent.Of(
            change.View.Account, new RecordPlace(listed[book.Symbol], record.Sequence, turn.TimeNanos), turn)
        select own;

    private void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
        }

        pacing.Due();
    }

    private void Write(Utf8JsonWriter to, AccountView newest)
    {
        var cursors = newest.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
        to.WriteStartObject();
        to.WriteString("type"u8, "account"u8);
        to.WriteBoolean("snapshot"u8, _toldView is null);
        to.WriteNumber("message"u8, ++_messages);
        to.WriteString("account"u8, new AccountId(newest.Account).ToString());
        to.WriteNumber("sequence"u8, newest.Sequence);
        to.WriteString("state"u8, newest.IsFrozen ? "frozen"u8 : "open"u8);
        to.WriteBalances(_toldView is null ? newest.Balances : newest.Balances.Except(_toldView.Balances));
        to.WriteStartArray("orders"u8);
        foreach (var order in _changed.Values.OfType<OpenOrder>())
        {
            if (_told.TryGetValue(order.Number, out var before) && before == order)
                continue;
            _told[order.Number] = order;
            if (_listed.ContainsKey(order.Symbol))
                to.WriteOrder(order.ToReport(newest.Account, cursors.GetValueOrDefault(order.Symbol)), _listed);
        }

        to.WriteEndArray();
        to.WriteStartArray("closed"u8);
        foreach (var (number, now) in _changed)
        {
            if (now is not null || !_told.Remove(number, out var order))
                continue;
            to.WriteStartObject();
            to.WriteString("symbol"u8, order.Symbol);
            to.WriteNumber("orderId"u8, order.OrderId);
            to.WriteString("clientOrderId"u8, order.ClientOrderId);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
        _changed.Clear();
    }
}
