using System.Text.RegularExpressions;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Everything that the documents refer to exists.</summary>
public partial class DocumentTests
{
    [Fact]
    public void Links_between_documents_lead_somewhere() => Findings.None(
        from document in Repository.Files
        where document.EndsWith(".md", StringComparison.Ordinal)
        from Match link in Link().Matches(Repository.Read(document))
        let target = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, link.Groups["target"].Value)
        where !Path.Exists(target)
        select $"{document} -> {link.Groups["target"].Value}");

    [Fact]
    public void Links_to_sections_lead_to_headings() => Findings.None(
        from document in Prose.Documents
        from Match link in SectionLink().Matches(Repository.Read(document))
        let folder = Path.GetDirectoryName(document)!
        let target = link.Groups["target"].Length == 0 ? document : Path.Combine(folder, link.Groups["target"].Value)
        where File.Exists(Path.Combine(Repository.Root, target))
        where !Anchors(Repository.Read(target)).Contains(link.Groups["section"].Value)
        select $"{document} -> {link.Groups["target"].Value}#{link.Groups["section"].Value}");

    [Fact]
    public void Paths_named_by_readme_and_contributing_exist() => Findings.None(
        from document in Repository.Files
        where document is "README.md" or "CONTRIBUTING.md"
        from Match path in CodePath().Matches(Repository.Read(document))
        where !Path.Exists(Path.Combine(Repository.Root, path.Groups["path"].Value))
        select $"{document} -> {path.Groups["path"].Value}");

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = Repository.Read("QuantumCore.sln").Replace('\\', '/');
        Findings.None(Repository.Projects
            .Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_solution_holds_no_project_that_is_gone()
    {
        var solution = Repository.Read("QuantumCore.sln").Replace('\\', '/');
        Findings.None(
            SolutionProject().Matches(solution).Select(match => match.Groups["path"].Value)
                .Except(Repository.Projects));
    }

    [Fact]
    public void Every_reject_reason_stands_in_the_table_of_errors()
    {
        var page = Repository.Read("docs/protocol.md");
        var start = page.IndexOf("## Errors", StringComparison.Ordinal);
        var table = page[start..page.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        Findings.None(Enum.GetNames<RejectReason>()
            .Where(reason => reason != nameof(RejectReason.None))
            .Where(reason => !table.Contains($"`{reason}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_alert_has_its_runbook_and_says_where()
    {
        var runbooks = Section().Matches(Repository.Read("docs/runbooks.md"))
            .Select(match => match.Groups["name"].Value).ToArray();
        var alerts = Alert().Matches(Repository.Read("docs/alerts.yml")).ToArray();
        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Select(alert => alert.Groups["name"].Value), runbooks);
        Findings.None(alerts
            .Where(
                alert => !alert.Groups["name"].Value.Equals(
                    alert.Groups["runbook"].Value, StringComparison.OrdinalIgnoreCase))
            .Select(alert => alert.Groups["name"].Value));
    }

    // As GitHub makes them: lower case, without punctuation, spaces as hyphens.
    private static HashSet<string> Anchors(string markdown) =>
    [
        .. from Match heading in Heading().Matches(markdown)
           let text = LinkInHeading().Replace(heading.Groups["text"].Value, "${text}").Trim().ToLowerInvariant()
           select NotInAnchor().Replace(text, "").Replace(' ', '-'),
    ];

    [GeneratedRegex(@"\]\((?!\w+:)(?<target>[^)\s#]*\.md)?#(?<section>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SectionLink();

    [GeneratedRegex(@"^#+ (?<text>.*)$", RegexOptions.Multiline, 1_000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LinkInHeading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, 1_000)]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^## (?<name>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(
        @"- alert: (?<name>\w+)\n(?:(?!- alert:).|\n)*?(?:runbook: docs/runbooks\.md#(?<runbook>\w+)|(?=- alert:)|\z)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"\]\((?!\w+:|#)(?<target>[^)\s#]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(src|silo|client|deploy|examples|bench|tests|docs|\.ci)/[\w./-]*)`")]
    private static partial Regex CodePath();

    [GeneratedRegex(@"""(?<path>[^""]+\.csproj)""")]
    private static partial Regex SolutionProject();
}
