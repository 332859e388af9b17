using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// Checks that an account's state does not depend on the fold sequence of its records. Its own records and those of
/// each book stay in sequence, and nothing is folded before it is durable. A live account receives books' records late.
/// A recovering one folds its own records first, and snapshots are made anywhere between.
/// </summary>
internal sealed class Folds(World world)
{
    private const string AccountPrefix = "acct/";
    private const string BookPrefix = "book/";
    private const int Delays = 3;
    private readonly Dictionary<long, List<Landed>> _landed = [];

    /// <summary>Adds a durable record.</summary>
    public void See(string stream, long sequence, byte[] body)
    {
        var (source, touched) = stream.StartsWith(AccountPrefix, StringComparison.Ordinal)
            ? ("", [long.Parse(stream.AsSpan(AccountPrefix.Length))])
            : stream.StartsWith(BookPrefix, StringComparison.Ordinal)
                ? (stream[BookPrefix.Length..], BookRecordEncoding.Decode(body).TouchedAccounts())
            : AccountMachine.IsPayout(stream) ? (stream, PayoutRecordEncoding.Decode(body).TouchedAccounts())
            : stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal)
                ? (stream, SettlementRecordEncoding.Decode(body).TouchedAccounts())
            : ("", (IEnumerable<long>)[]);
        foreach (var account in touched)
        {
            if (!_landed.TryGetValue(account, out var records))
                _landed.Add(account, records = []);
            records.Add(new Landed(source, sequence, body));
        }
    }

    /// <summary>Folds each account again, in several sequences.</summary>
    public void RequireSame()
    {
        var random = new Random(world.Seed);
        foreach (var (account, records) in _landed)
        {
            List<Landed> ownFirst = [.. records.OrderBy(record => record.Source.Length > 0)];
            if (Fold(New(account), ownFirst, "its own records first") is not { } expected)
                continue;

            Require(expected, New(account), records, "as they landed");
            for (var i = 0; i < Delays; i++)
                Require(expected, New(account), Delayed(records, random), "some later than they landed");
            foreach (var snapshot in world.Database.Journal.SnapshotsAsync(
                AccountPrefix + account, CancellationToken.None)
                .ToBlockingEnumerable())
            {
                var restored = AccountMachine.Restore(new AccountId(account), world.Nights.Listing, snapshot.Body.Span);
                Require(expected, restored, ownFirst, $"after the snapshot at {snapshot.Sequence}");
            }
        }
    }

    private AccountMachine New(long account) => new(new AccountId(account), world.Nights.Listing);

    private void Require(byte[] expected, AccountMachine machine, List<Landed> records, string how)
    {
        if (Fold(machine, records, how) is { } state && !state.AsSpan().SequenceEqual(expected))
            world.Find(
                $"{machine.Account.Id} is another one when its records are folded {how}: {Convert.ToHexString(state)} and not {Convert.ToHexString(expected)}");
    }

    private byte[]? Fold(AccountMachine machine, List<Landed> records, string how)
    {
        machine.BeginCatchUp();
        try
        {
            foreach (var record in records)
            {
                if (record.Source.Length > 0)
                    machine.ApplyStored(record.Source, record.Sequence, record.Body, long.MaxValue);
                else if (record.Sequence > machine.Sequence)
                    machine.Apply(AccountRecordEncoding.Decode(record.Body));
            }

            machine.EndCatchUp();
        }
        catch (Exception e)
            when (e is InvalidDataException or InvalidOperationException or ArgumentException or KeyNotFoundException
                or OverflowException or UnknownHoldException)
        {
            world.Find($"{machine.Account.Id} can't be folded {how}: {e.Message}");
            return null;
        }

        foreach (var source in machine.Cursors.Keys.ToArray())
            machine.CaughtUp(
                source, world.Database.Witness.HeadOf(AccountMachine.IsBook(source) ? BookPrefix + source : source));
        return machine.Snapshot();
    }

    /// <summary>Returns the records with each book delayed for a while and then caught up.</summary>
    private static List<Landed> Delayed(List<Landed> records, Random random)
    {
        List<Landed> all = [];
        SortedDictionary<string, List<Landed>> behind = new(StringComparer.Ordinal);
        foreach (var record in records)
        {
            if (record.Source.Length == 0)
            {
                all.Add(record);
                continue;
            }

            if (!behind.TryGetValue(record.Source, out var waiting))
                behind.Add(record.Source, waiting = []);
            waiting.Add(record);
            if (random.Next(8) == 0)
            {
                all.AddRange(waiting);
                waiting.Clear();
            }
        }

        return [.. all, .. behind.Values.SelectMany(waiting => waiting)];
    }

    /// <summary>A record that touches an account.</summary>
    /// <param name="Source">Symbol of the book, or stream of a payout or settlement; empty for the account's
    /// own.</param>
    /// <param name="Sequence">Sequence in that stream.</param>
    /// <param name="Body">Encoded record.</param>
    private readonly record struct Landed(string Source, long Sequence, byte[] Body);
}
