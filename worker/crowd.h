/*
 * crowd.h
 *		Keeping the server's table of locks from being filled by one participant.
 */
#ifndef LAB_CROWD_H
#define LAB_CROWD_H

/*
 * Ends the participant's session that holds most locks, when the table of locks is
 * half full.  Looks at most once a second.
 */
extern void lab_crowd_thin(void);

#endif /* LAB_CROWD_H */
