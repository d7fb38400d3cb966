export interface DemoPoll {
  /** Part of the idempotency key: never changed, or the next start would add the poll again. */
  readonly key: string
  readonly theme: 'OnTrend' | 'MoralDilemmas' | 'Sports'
  readonly question: string
  readonly options: readonly string[]
  /** The choices of the first votes. */
  readonly votes: readonly number[]
}

/** A dozen polls over the three themes. */
export const demoPolls: readonly DemoPoll[] = [
  {
    key: 'sports-record',
    theme: 'Sports',
    question: 'Which record will fall first?',
    options: [
      'Marathon under 2 hours in a race',
      '100 m under 9.5 s',
      'Long jump over 9 m',
      'Pole vault over 6.5 m',
    ],
    votes: [0, 0, 3],
  },
  {
    key: 'sports-video-referee',
    theme: 'Sports',
    question: 'Has the video referee made football better?',
    options: ['Yes', 'No', 'Only for offside'],
    votes: [1, 2],
  },
  {
    key: 'sports-olympic-newcomer',
    theme: 'Sports',
    question: 'Which sport should come to the Olympics next?',
    options: ['Chess', 'Padel', 'Ultimate', 'Parkour', 'Darts'],
    votes: [2, 3],
  },
  {
    key: 'sports-final-seat',
    theme: 'Sports',
    question: 'You get one ticket. Which final?',
    options: ['World Cup', 'Wimbledon', 'Super Bowl', 'NBA game seven'],
    votes: [0, 1],
  },
  {
    key: 'moral-self-driving',
    theme: 'MoralDilemmas',
    question: 'A self-driving car cannot avoid harm. Whom should it protect first?',
    options: ['Its passengers', 'People on the street', 'Whoever are more', 'It should not choose'],
    votes: [2, 1],
  },
  {
    key: 'moral-lost-wallet',
    theme: 'MoralDilemmas',
    question: 'You find a wallet with 500 in cash and an address far away. What do you do?',
    options: [
      'Send all of it back',
      'Take the postage, send the rest',
      'Hand it to the police',
      'Keep the cash',
    ],
    votes: [0, 0, 1],
  },
  {
    key: 'moral-white-lie',
    theme: 'MoralDilemmas',
    question: 'Your friend asks whether you like the terrible present. Do you tell the truth?',
    options: ['Yes', 'No', 'I change the subject'],
    votes: [2],
  },
  {
    key: 'moral-colleague',
    theme: 'MoralDilemmas',
    question: 'A kind colleague takes credit for your work. What now?',
    options: ['Speak to them alone', 'Tell the manager', 'Let it go'],
    votes: [0, 2],
  },
  {
    key: 'trend-first-language',
    theme: 'OnTrend',
    question: 'Which programming language should one learn first?',
    options: ['Python', 'JavaScript', 'Go', 'Rust', 'Scratch'],
    votes: [0, 1, 0],
  },
  {
    key: 'trend-week',
    theme: 'OnTrend',
    question: 'How many days a week belong in the office?',
    options: ['None', 'One or two', 'Three or four', 'Five'],
    votes: [1, 1],
  },
  {
    key: 'trend-commute',
    theme: 'OnTrend',
    question: 'How will most of us get to work in 2035?',
    options: ['By car', 'By bicycle', 'By train or bus', 'We will not'],
    votes: [1, 3],
  },
  {
    key: 'trend-indentation',
    theme: 'OnTrend',
    question: 'Tabs or spaces?',
    options: ['Tabs', 'Spaces', 'Whatever the formatter says'],
    votes: [2, 2, 1],
  },
]
