using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>Serves those who read an account, once or following its changes.</summary>
internal sealed class AccountReader(
    AccountMachine machine, AccountJournal journal, AccountBookReader bookReader, MarkPriceCache marks,
    ChangeWatch watch)
{
    private long Version => machine.Sequence + machine.Folded;

    /// <summary>Returns the account as it is now.</summary>
    public async ValueTask<AccountView> ViewAsync()
    {
        var view = Describe(machine.Account.Orders.Values);
        await journal.SettleUnlessStalledAsync();
        return view;
    }

    /// <inheritdoc cref="IAccountGrain.WaitForChange"/>
    public async ValueTask<AccountChange?> WaitForChangeAsync(
        long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders)
    {
        if (version == Version && !HasMovedBeyond(after) && !await watch.NextAsync())
        {
            return null;
        }

        var (account, now) = (machine.Account, Version);
        var trail = account.Trail ??= new OrderTrail();
        var changed = trail.After(orders?.Epoch == journal.Stream.Epoch ? orders?.Changes : null);
        var view = Describe(changed is null
            ? account.Orders.Values
            : changed.Select(account.Orders.GetValueOrDefault).OfType<HeldOrder>());
        ImmutableArray<long>? closed =
            changed is null ? null : [.. changed.Where(number => !account.Orders.ContainsKey(number))];
        var place = new OrdersPlace(journal.Stream.Epoch, trail.Changes);
        await journal.SettleAsync();
        var records = ImmutableArray.CreateBuilder<BookDelivery>();
        foreach (var book in version < 0 ? [] : view.Cursors)
        {
            var known = after.FirstOrDefault(seen => seen.Symbol == book.Symbol).Sequence;
            if (known < book.Sequence
                && await bookReader.AfterAsync(
                    book.Symbol, view.Account, known, book.Sequence, CancellationToken.None) is { Count: > 0 } found)
            {
                records.Add(new BookDelivery(
                    book.Symbol,
                    [.. found.Select(
                        r => new DeliveredRecord(r.Sequence, 0, BookRecordEncoding.Decode(r.Body.Span)))]));
            }
        }

        return new AccountChange(now, view, records.ToImmutable(), place, closed);
    }

    private bool HasMovedBeyond(ImmutableArray<SeenSequence> after) =>
        machine.Cursors.Any(
            book => AccountMachine.IsBook(book.Key)
                && after.FirstOrDefault(seen => seen.Symbol == book.Key).Sequence < book.Value);

    private AccountView Describe(IEnumerable<HeldOrder> orders)
    {
        var account = machine.Account;
        return new AccountView(
            account.Id.Value,
            machine.Sequence,
            [.. account.Balances.OrderBy(b => b.Key, StringComparer.Ordinal).Select(
                b => new AssetBalance(
                    b.Key, b.Value.Decimals, b.Value.Total, b.Value.Held, account.Pending.SumOf(b.Key)))],
            [.. orders.OrderBy(order => order.Number).Select(Describe)],
            [.. machine.Cursors.Where(c => AccountMachine.IsBook(c.Key))
                .Select(c => new SeenSequence(c.Key, c.Value))],
            [.. machine.Cursors.Where(c => !AccountMachine.IsBook(c.Key))
                .Select(c => new SeenSequence(c.Key, c.Value))],
            machine.IsFrozen,
            machine.DescribeMargin(marks.Of, journal.Now),
            machine.FrozenWhy);
    }

    private static OpenOrder Describe(HeldOrder order) => new(
        order.Instrument.Symbol,
        order.Number,
        order.ClientOrderId,
        order.OrderId,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.BookPriceTicks,
        order.QuantityLots,
        order.FilledLots,
        order.Held,
        order.TimeNanos,
        order.PostOnly,
        order.SelfTrade,
        EncodedConditions.From(order.Conditions),
        order.State.Stage,
        order.State.SinceNanos);
}
