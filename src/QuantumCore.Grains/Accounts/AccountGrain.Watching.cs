using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>Serves readers that follow an account.</summary>
public sealed partial class AccountGrain
{
    private readonly ChangeWatch _watch = new(time, lifetime.ApplicationStopping);

    private long Version => _machine.Sequence + _machine.Folded;

    /// <inheritdoc/>
    public async ValueTask<AccountChange?> WaitForChange(
        long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders)
    {
        if (version == Version && !HasMovedBeyond(after) && !await _watch.NextAsync())
        {
            return null;
        }

        var (account, now) = (_machine.Account, Version);
        var trail = account.Trail ??= new OrderTrail();
        var changed = trail.After(orders?.Epoch == Stream.Epoch ? orders?.Changes : null);
        var view = Describe(changed is null
            ? account.Orders.Values
            : changed.Select(account.Orders.GetValueOrDefault).OfType<HeldOrder>());
        ImmutableArray<long>? closed =
            changed is null ? null : [.. changed.Where(number => !account.Orders.ContainsKey(number))];
        var place = new OrdersPlace(Stream.Epoch, trail.Changes);
        await SettleAsync();
        var records = ImmutableArray.CreateBuilder<BookDelivery>();
        foreach (var book in version < 0 ? [] : view.Cursors)
        {
            var known = after.FirstOrDefault(seen => seen.Symbol == book.Symbol).Sequence;
            if (known < book.Sequence
                && await tails.AfterAsync(
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
        _machine.Cursors.Any(
            book => AccountMachine.IsBook(book.Key)
                && after.FirstOrDefault(seen => seen.Symbol == book.Key).Sequence < book.Value);

    private AccountView Describe(IEnumerable<HeldOrder> orders)
    {
        var account = _machine.Account;
        return new AccountView(
            account.Id.Value,
            _machine.Sequence,
            [.. account.Balances.OrderBy(b => b.Key, StringComparer.Ordinal).Select(
                b => new AssetBalance(
                    b.Key, b.Value.Decimals, b.Value.Total, b.Value.Held, account.Pending.SumOf(b.Key)))],
            [.. orders.OrderBy(order => order.Number).Select(Describe)],
            [.. _machine.Cursors.Where(c => AccountMachine.IsBook(c.Key))
                .Select(c => new SeenSequence(c.Key, c.Value))],
            [.. _machine.Cursors.Where(c => !AccountMachine.IsBook(c.Key))
                .Select(c => new SeenSequence(c.Key, c.Value))],
            _machine.IsFrozen,
            _machine.DescribeMargin(marks.Of, Now),
            _machine.FrozenWhy);
    }
}
