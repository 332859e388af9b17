using System.Globalization;
using System.Security.Cryptography;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Verifies an account: its own records and those of books, payouts and settlements that touch it must fold without
/// contradiction.
/// </summary>
internal sealed class AccountLane : Lane
{
    public const string Prefix = "acct/";

    private readonly Queue<Delivered> _early = new();
    private AccountMachine? _machine;

    public AccountLane(StreamRow stream, AccountMachine machine, FindingList findings)
        : base(stream, machine.Sequence + 1, findings)
    {
        _machine = machine;
        machine.BeginCatchUp();
    }

    /// <summary>Number of the account.</summary>
    public long Account => AccountOf(Stream);

    /// <summary>Current state.</summary>
    public AccountMachine Machine => _machine ?? throw new InvalidOperationException("The state was released.");

    /// <summary>True if all records were folded without an issue.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Hash of the final state, if requested.</summary>
    public byte[]? FinalHash { get; private set; }

    /// <summary>Hash of the final state without the states of orders in their books.</summary>
    public byte[]? HashWithoutOrderStates { get; private set; }

    /// <summary>True if the final state has the states of orders in their books.</summary>
    public bool KnowsOrderStates { get; private set; }

    /// <summary>Returns the account number of an account's stream; 0 for another stream.</summary>
    /// <remarks>A name with leading zeros is not an account's: it would be a second stream of the account.</remarks>
    public static long AccountOf(StreamRow stream) =>
        stream.Name.StartsWith(Prefix, StringComparison.Ordinal)
            && !stream.Name.StartsWith(Prefix + "0", StringComparison.Ordinal)
        && long.TryParse(stream.Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : 0;

    /// <summary>Adds a record of a book, payout or settlement that touches the account.</summary>
    public void Take(in Delivered delivered)
    {
        if (IsStopped)
        {
            return;
        }

        if (_early.Count > 0 || !TryFold(delivered))
        {
            _early.Enqueue(delivered);
        }
    }

    /// <summary>Finishes after all streams were read. What a damaged book did not deliver is not judged.</summary>
    /// <param name="heads">Heads of books, by symbol, and of payouts and settlements, by stream.</param>
    /// <param name="isWhole">Returns true if all records of such a source were taken.</param>
    /// <param name="hash">True to hash the state.</param>
    public void Settle(IReadOnlyDictionary<string, long> heads, Func<string, bool> isWhole, bool hash)
    {
        FoldEarly();
        if (IsStopped)
        {
            return;
        }

        if (_early.TryPeek(out var orphan))
        {
            var what = orphan.Payout is null
                ? "an order that the account never held"
                : "a withdrawal that the account never made";
            Contradiction(orphan, $"{orphan.Source} {orphan.Sequence} speaks of {what}");
            return;
        }

        if (!Machine.Cursors.Keys.All(isWhole))
        {
            return;
        }

        try
        {
            Machine.EndCatchUp();
        }
        catch (InvalidOperationException uncovered)
        {
            Stop(
                FindingKind.AccountContradicts, Stream.Head, uncovered.Message,
                "Money or units are missing: the account does not serve. Restore a backup.");
            return;
        }

        IsSettled = true;
        foreach (var symbol in Machine.Cursors.Keys.ToArray())
        {
            Machine.CaughtUp(symbol, heads.GetValueOrDefault(symbol));
        }

        if (hash)
        {
            Machine.ForgetBooksOfReductions();
            FinalHash = SHA256.HashData(Machine.Snapshot());
            KnowsOrderStates = Machine.KnowsOrderStates;
            Machine.ForgetOrderStates();
            HashWithoutOrderStates = SHA256.HashData(Machine.Snapshot());
        }
    }

    /// <summary>Releases the state; its hash stays.</summary>
    public void LetGo() => _machine = null;

    protected override void Take(in JournalRecord record)
    {
        try
        {
            var decoded = AccountRecordEncoding.Decode(record.Body.Span);
            if (OwnerOf(decoded) is var owner && owner != 0 && owner != Account)
            {
                Stop(
                    FindingKind.AccountContradicts, record.Sequence, $"it is a record of account {owner}",
                    "The stream's name was changed: these are the records of another account.");
                return;
            }

            Machine.Apply(decoded);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or ArgumentException
            or KeyNotFoundException or OverflowException)
        {
            Stop(
                FindingKind.AccountContradicts, record.Sequence, e.Message,
                "The account can't be replayed from here on, and does not serve. Restore a backup.");
            return;
        }

        FoldEarly();
    }

    private static long OwnerOf(AccountRecord record) => record switch
    {
        HoldPlaced hold => hold.Order.Account,
        ListHeld { Orders: [var first, ..] } => first.Account,
        _ => 0,
    };

    private void FoldEarly()
    {
        while (!IsStopped && _early.TryPeek(out var delivered) && TryFold(delivered))
        {
            _early.Dequeue();
        }
    }

    /// <summary>Folds a delivered record. Returns false if the hold it depends on has not arrived yet.</summary>
    private bool TryFold(in Delivered delivered)
    {
        try
        {
            if (delivered.Payout is { } payout)
            {
                Machine.ApplyPayout(delivered.Source, delivered.Sequence, payout, long.MaxValue);
            }
            else if (delivered.Settlement is { } settlement)
            {
                Machine.ApplySettlement(delivered.Source, delivered.Sequence, settlement);
            }
            else if (delivered.Book is { } record)
            {
                Machine.ApplyBook(delivered.Source, new DeliveredRecord(delivered.Sequence, 0, record), long.MaxValue);
            }

            return true;
        }
        catch (UnknownHoldException)
        {
            return false;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or ArgumentException
            or KeyNotFoundException or OverflowException)
        {
            Contradiction(delivered, e.Message);
            return true;
        }
    }

    private void Contradiction(in Delivered delivered, string what)
    {
        Findings.Add(
            FindingKind.AccountContradicts, delivered.Stream, delivered.Sequence,
            $"account {Account} can't fold it: {what}",
            "The account's records contradict the books' records; the account stays offline. Restore a backup.");
        Stop(
            FindingKind.AccountContradicts, Stream.Head,
            $"it can't fold {delivered.Source} {delivered.Sequence}: {what}",
            "The account does not serve.");
    }
}
