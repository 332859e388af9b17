using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>For those who follow an account.</summary>
public sealed partial class AccountGrain
{
    /// <summary>Most who wait at a time; one more is answered at once with nothing.</summary>
    public const int WatchersLimit = 256;

    // Well below the response time-out of a caller: an answer of nothing must not be taken for a failed call.
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _clock = time;
    private TaskCompletionSource _changed = NewSignal();
    private int _watchers;

    private long Version => _machine.Sequence + _machine.Folded;

    /// <inheritdoc/>
    public async ValueTask<AccountChange?> WaitForChange(long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders)
    {
        if (version == Version && !HasMovedBeyond(after) && !await WaitAsync())
        {
            return null;
        }

        var (account, now) = (_machine.Account, Version);
        var trail = account.Trail ??= new OrderTrail();
        var changed = trail.After(orders?.Epoch == Stream.Epoch ? orders?.Changes : null);
        var view = Describe(changed is null ? account.Orders.Values : changed.Select(account.Orders.GetValueOrDefault).OfType<HeldOrder>());
        ImmutableArray<long>? closed = changed is null ? null : [.. changed.Where(number => !account.Orders.ContainsKey(number))];
        var place = new OrdersPlace(Stream.Epoch, trail.Changes);
        await SettleAsync();
        var records = ImmutableArray.CreateBuilder<BookDelivery>();
        foreach (var book in version < 0 ? [] : view.Cursors)
        {
            var known = after.FirstOrDefault(seen => seen.Symbol == book.Symbol).Sequence;
            if (known < book.Sequence
                && await tails.AfterAsync(book.Symbol, view.Account, known, book.Sequence, CancellationToken.None) is { Count: > 0 } found)
            {
                records.Add(new BookDelivery(
                    book.Symbol, [.. found.Select(r => new DeliveredRecord(r.Sequence, 0, BookRecordEncoding.Decode(r.Body.Span)))]));
            }
        }

        return new AccountChange(now, view, records.ToImmutable(), place, closed);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool HasMovedBeyond(ImmutableArray<SeenSequence> after) =>
        _machine.Cursors.Any(book => AccountMachine.IsBook(book.Key) && after.FirstOrDefault(seen => seen.Symbol == book.Key).Sequence < book.Value);

    private AccountView Describe(IEnumerable<HeldOrder> orders)
    {
        var account = _machine.Account;
        return new AccountView(
            account.Id.Value,
            _machine.Sequence,
            [.. account.Balances.OrderBy(b => b.Key, StringComparer.Ordinal).Select(
                b => new AssetBalance(b.Key, b.Value.Decimals, b.Value.Total, b.Value.Held, account.Pending.SumOf(b.Key)))],
            [.. orders.OrderBy(order => order.Number).Select(Describe)],
            [.. _machine.Cursors.Where(c => AccountMachine.IsBook(c.Key)).Select(c => new SeenSequence(c.Key, c.Value))],
            [.. _machine.Cursors.Where(c => !AccountMachine.IsBook(c.Key)).Select(c => new SeenSequence(c.Key, c.Value))],
            _machine.IsFrozen,
            _machine.DescribeMargin(marks.Of, Now));
    }

    private async ValueTask<bool> WaitAsync()
    {
        if (_watchers >= WatchersLimit)
        {
            return false;
        }

        _watchers++;
        try
        {
            await _changed.Task.WaitAsync(s_watch, _clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            _watchers--;
        }
    }

    private void TellWatchers()
    {
        if (_watchers > 0)
        {
            var changed = _changed;
            _changed = NewSignal();
            changed.SetResult();
        }
    }
}
