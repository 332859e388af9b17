using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>What left accounts, and what of it is not at its end yet.</summary>
public abstract partial class HistoryStore
{
    /// <summary>Most transfers in one answer.</summary>
    public const int TransfersLimit = 1_000;

    /// <summary>Transfers whose arrival is not on record, oldest first: the agent's work.</summary>
    public Task<ImmutableArray<OpenTransfer>> OpenTransfersAsync(int limit, int skip, CancellationToken cancellationToken) =>
        ReadAsync(
            """
            SELECT account, seq, target, asset, amount FROM transfer WHERE ended_at IS NULL
            ORDER BY created_at, account, seq LIMIT @limit OFFSET @skip
            """,
            [("@limit", limit), ("@skip", skip)],
            static (reader, token) => ListAsync(
                reader,
                static row => new OpenTransfer(
                    new TransferArrival(row.GetInt64(0), row.GetInt64(1), row.GetString(3), row.GetInt64(4)), row.GetInt64(2)),
                token),
            cancellationToken);

    /// <summary>An account's newest transfers, given and received, newest first.</summary>
    public Task<ImmutableArray<AccountTransfer>> TransfersAsync(long account, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            """
            SELECT t.seq, t.name, t.account, t.target, t.asset, a.decimals, t.amount, t.ended_at, t.created_at
            FROM transfer t JOIN asset a ON a.asset = t.asset WHERE t.account = @account OR t.target = @account
            ORDER BY t.created_at DESC, t.account, t.seq DESC LIMIT @limit
            """,
            [("@account", account), ("@limit", Math.Clamp(limit, 0, TransfersLimit))],
            static (reader, token) => ListAsync(
                reader,
                static row => new AccountTransfer(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    row.GetString(4),
                    row.GetInt32(5),
                    row.GetInt64(6),
                    !row.IsDBNull(7),
                    row.GetInt64(8)),
                token),
            cancellationToken);
}

/// <summary>A durable transfer that nobody has put on record as arrived.</summary>
/// <param name="Arrival">What the receiving account is told.</param>
/// <param name="To">Its number.</param>
public readonly record struct OpenTransfer(TransferArrival Arrival, long To);
