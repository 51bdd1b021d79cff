/** The events of the sample, as objects and as the text of its fixture. */
export function sampleEvents(): readonly Readonly<Record<string, string>>[];
export function sampleFixture(): string;
