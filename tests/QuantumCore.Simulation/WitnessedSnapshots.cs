using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// Opens each snapshot when it is stored, and compares it with durable records. A day rarely restores from the one
/// snapshot that lacks something.
/// </summary>
internal sealed class WitnessedSnapshots(World world)
{
    private const string AccountPrefix = "acct/";
    private const string BookPrefix = "book/";
    private readonly Dictionary<string, SortedDictionary<long, List<(long Sequence, long Floor)>>> _floors = [];
    private readonly Dictionary<long, List<(long Sequence, MarginState State)>> _states = [];

    /// <summary>Records a mass cancel up to an order number.</summary>
    public void Cancelled(string symbol, long sequence, long account, long floor)
    {
        if (!_floors.TryGetValue(symbol, out var accounts))
            _floors.Add(symbol, accounts = []);
        if (!accounts.TryGetValue(account, out var floors))
            accounts.Add(account, floors = []);
        floors.Add((sequence, floor));
    }

    /// <summary>Records the state of a margin account.</summary>
    public void See(long account, long sequence, AccountRecord record)
    {
        if (record is not MarginReviewed reviewed)
            return;
        if (!_states.TryGetValue(account, out var states))
            _states.Add(account, states = []);
        states.Add((sequence, reviewed.State));
    }

    /// <summary>Compares a snapshot that was just stored.</summary>
    public void See(string stream, long sequence, ReadOnlySpan<byte> body)
    {
        if (stream.StartsWith(BookPrefix, StringComparison.Ordinal))
            SeeBook(stream[BookPrefix.Length..], sequence, BookMachine.Restore(stream[BookPrefix.Length..], body));
        else if (stream.StartsWith(AccountPrefix, StringComparison.Ordinal))
            SeeAccount(long.Parse(stream.AsSpan(AccountPrefix.Length)), sequence, body);
    }

    /// <summary>
    /// Checks that a book knows every order number up to a mass cancel's, whether the order has arrived or not.
    /// </summary>
    private void SeeBook(string symbol, long sequence, BookMachine machine)
    {
        foreach (var (account, floors) in _floors.GetValueOrDefault(symbol) ?? [])
        {
            var floor = floors.Where(of => of.Sequence <= sequence).Select(of => of.Floor).DefaultIfEmpty().Max();
            for (var number = 1L; number <= floor; number++)
            {
                if (machine.IsKnown(account, number, out _, out _))
                    continue;

                world.Find(
                    $"{symbol}: the snapshot at {sequence} does not know {account}/{number}, and {floor} is cancelled");
                break;
            }
        }
    }

    private void SeeAccount(long account, long sequence, ReadOnlySpan<byte> body)
    {
        if (_states.GetValueOrDefault(account)?.LastOrDefault(
            state => state.Sequence <= sequence) is not ( > 0, var expected))
            return;

        var machine = AccountMachine.Restore(new AccountId(account), world.Nights.Listing, body);
        if (machine.DescribeMargin(_ => null, machine.TimeNanos)?.State is var state && state != expected)
            world.Find(
                $"account {account}: the snapshot at {sequence} says that it is {state}, its records say {expected}");
    }
}
